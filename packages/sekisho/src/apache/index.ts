/**
 * Sessions in the formats of Apache's mod_session, mod_session_cookie and mod_session_crypto.
 *
 * @module
 */
export {
  defaultAttributes,
  findCookie,
  parseCookieName,
  removeCookie,
  setCookie,
  type ApacheCookie,
  type CookieLifetime,
  type FoundCookie,
} from './cookie.ts'
export { DerivationQueue, type Derivation, type DerivationLimits } from './derivation-queue.ts'
export {
  beginSession,
  endSession,
  isIncluded,
  mergeHeader,
  type AgeRules,
  type Begun,
  type Ending,
  type KeepReason,
  type PathRules,
  type Verdict,
} from './rules.ts'
export type { ApacheCipher } from './sealed-bytes.ts'
export { SessionCrypto, type OpenedSession, type PassphraseUse, type SessionCryptoOptions } from './session-crypto.ts'
export { ApacheSession } from './session-string.ts'
export { signSession, verifySignedSession, type SignedSession, type SignedSessionOptions } from './signed-session.ts'
