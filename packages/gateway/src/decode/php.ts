import { decodeVars, PhpDecodeError, toJs, type PhpFormat } from 'sekisho/php'
import type { Decoded, Decoder } from './contract.ts'

const marks: readonly (readonly [PhpFormat, RegExp])[] = [
  ['php_serialize', /^a:\d+:\{/],
  ['php', /^[^|]*\|(?:N;|[bidsaOCERr]:)/],
]

/** The data of a session of PHP. An operator who looks is told the format that it is read by; no session is ever read by a guess. */
export const phpData: Decoder = async ({ octets }, { php }) => {
  const latin1 = octets.toString('latin1').replace(/\r?\n$/, '')
  const format = php ?? marks.find(([, pattern]) => pattern.test(latin1))?.[0]
  if (format === undefined) return undefined
  const kind = `the data of a session of PHP (session.serialize_handler ${format}${php === undefined ? ', by its looks' : ''})`
  // A file of PHP has no line end: one would destroy the session.
  return decoded(kind, php === undefined ? Buffer.from(latin1, 'latin1') : octets, format)
}

/** An id of PHP: nothing but the name of its record. */
export const phpId: Decoder = async ({ text, cookie }) => {
  if (!/^[0-9a-zA-Z,-]{22,256}$/.test(text) || (cookie ?? 'PHPSESSID') !== 'PHPSESSID') return undefined
  return {
    kind: 'probably the id of a session of PHP',
    facts: {},
    note: 'the data is in the file sess_ID of session.save_path, or under PHPREDIS_SESSION:ID',
  }
}

function decoded(kind: string, octets: Buffer, format: PhpFormat): Decoded {
  try {
    return { kind, facts: {}, content: toJs(decodeVars(format, octets)) }
  } catch (error) {
    if (!(error instanceof PhpDecodeError)) throw error
    return { kind, facts: {}, isUseless: true, note: `PHP would destroy this session: ${error.message}` }
  }
}
