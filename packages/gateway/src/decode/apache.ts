import { ApacheSession, SessionCrypto } from 'sekisho/apache'
import type { Decoded, Decoder } from './contract.ts'
import { shown } from './own.ts'

/** Check value, salt, vector and one block. */
const leastOctets = 8 + 16 + 16 + 16

/** A cookie of mod_session_crypto, or of the gateway with `SessionCryptoCipher` of Apache. */
export const apacheCrypto: Decoder = async ({ text }, { passphrases, cipher }) => {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || Buffer.from(text, 'base64').length < leastOctets) return undefined
  const kind = 'a session encrypted by mod_session_crypto'
  if (passphrases.length === 0)
    return { kind: `probably ${kind}`, facts: {}, note: 'to open it, add --passphrase-file FILE' }
  const crypto = new SessionCrypto({ passphrases, ...(cipher !== undefined && { cipher }) })
  const opened = await crypto.open(text)
  if (opened === undefined)
    return {
      kind: `probably ${kind}`,
      facts: {},
      note: 'no passphrase opens it: another one or another cipher has sealed it, or it was changed',
    }
  const { facts, ...rest } = sessionOf(opened.encoded)
  return { ...rest, kind, facts: { passphrase: opened.isNewest ? 'the first one' : 'a later one', ...facts } }
}

/** The session string of mod_session. */
export const apacheString: Decoder = async ({ text }) =>
  /^[^=&|\s]+=[^=&|\s]*(?:&[^=&|\s]+=[^=&|\s]*)*$/.test(text) ? sessionOf(text) : undefined

function sessionOf(encoded: string): Decoded {
  const session = ApacheSession.decode(encoded)
  const entries = [...session].filter(([key]) => key !== 'expiry')
  const facts: Record<string, string> = session.expiry === 0n ? {} : { expires: shown(Number(session.expiry / 1000n)) }
  const content = Object.fromEntries(entries.map(([key, value]) => [key, isPassword(key) ? '(a password)' : value]))
  const note = 'it holds a password in clear text, as mod_auth_form writes it; the gateway keeps none'
  return {
    kind: 'a session string of mod_session',
    facts,
    content,
    ...(entries.some(([key]) => isPassword(key)) && { note }),
  }
}

/** mod_auth_form keeps the password under the name of the realm and this ending. */
function isPassword(key: string): boolean {
  return /-pw$/i.test(key)
}
