import { apacheCrypto, apacheString } from './apache.ts'
import type { Decoded, DecodeKeys, Decoder, Subject } from './contract.ts'
import { ownRecord, ownSeal, ownToken } from './own.ts'
import { phpData, phpId } from './php.ts'

/** From what cannot be mistaken to what can. */
const decoders: readonly Decoder[] = [ownRecord, ownSeal, ownToken, phpData, apacheCrypto, apacheString, phpId]

/** What was decoded, and which cookie it was. */
export interface Finding extends Decoded {
  readonly cookie?: string
}

/**
 * Says what something holds: a value, or a line `Cookie: …` or `Set-Cookie: …` with values.
 *
 * @param octets What there is to look at.
 * @param context What is known about it.
 * @returns One for each cookie; none where there is none.
 */
export async function decode(
  octets: Buffer,
  keys: DecodeKeys,
  context: Pick<Subject, 'cookie' | 'path'>,
): Promise<Finding[]> {
  const text = octets.toString('latin1').replace(/\r?\n$/, '')
  const line = /^(set-)?cookie:\s*(.*)$/i.exec(text)
  if (line === null) return [await decodeOne({ octets, text, ...context }, keys)]
  const [, set, pairs = ''] = line
  const all = pairs.split(';').map((pair) => pair.trim())
  const cookies = set === undefined ? all : all.slice(0, 1)
  return Promise.all(cookies.filter((pair) => pair.includes('=')).map((pair) => decodeCookie(pair, keys)))
}

async function decodeCookie(pair: string, keys: DecodeKeys): Promise<Finding> {
  const cookie = pair.slice(0, pair.indexOf('='))
  const text = pair.slice(cookie.length + 1).replace(/^"(.*)"$/, '$1')
  return { cookie, ...(await decodeOne({ octets: Buffer.from(text, 'latin1'), text, cookie, path: undefined }, keys)) }
}

async function decodeOne(subject: Subject, keys: DecodeKeys): Promise<Decoded> {
  for (const decoder of decoders) {
    const decoded = await decoder(subject, keys)
    if (decoded !== undefined) return decoded
  }
  return {
    kind: 'not known',
    facts: { octets: String(subject.octets.length) },
    isUseless: true,
    note: 'neither a cookie nor a record of sekisho, of mod_session or of PHP; for php_binary add --php php_binary',
  }
}
