import {
  type CipherName,
  type Passphrase,
  SessionCryptoCipher,
  SessionCryptoPassphrase,
} from './directives/session-crypto.ts'
import {
  SessionCookieMaxAge,
  SessionCookieName,
  SessionCookieName2,
  SessionCookieRemove,
  SessionCookieSecure,
} from './directives/session-cookie.ts'
import {
  SessionDBDCookieName,
  SessionDBDCookieRemove,
  SessionDBDPerUser,
  SessionDBDCookieName2,
  SessionDBDInsertSQL,
  SessionDBDSelectSQL,
  SessionDBDUpdateSQL,
} from './directives/session-dbd.ts'
import {
  Session,
  SessionAutoStart,
  SessionCompat,
  SessionEnv,
  SessionExclude,
  SessionExpiryUpdateInterval,
  SessionHeader,
  SessionInclude,
  SessionMaxAge,
  SessionStore,
  SessionStoreFileName,
  SessionTimeout,
  type StoreName,
} from './directives/session.ts'
import type { SettingsView } from './directive.ts'

/** What the directives about sessions add up to. */
export interface SessionPolicy {
  readonly store: StoreName
  readonly cookie: CookiePolicy
  /** For the file store; undefined: in the state directory of the gateway. */
  readonly fileName: string | undefined
  /** Seconds without a request; undefined: no such limit. */
  readonly idleSeconds: number | undefined
  /** Seconds; how stale the stored expiry may become before a read writes it anew. */
  readonly updateIntervalSeconds: number
  /** A session begins on the first request rather than with the first thing to keep. */
  readonly autoStart: boolean
  /** The header between gateway and app, in lower case. */
  readonly header: string | undefined
  /** What the header carries to the app. */
  readonly headerContent: 'id' | 'signed-id' | 'session'
  readonly cipher: CipherName
  readonly passphrases: readonly Passphrase[]
  /** True when something is given to encrypt with. */
  readonly encrypted: boolean
}

/** The cookie of a session. */
export interface CookiePolicy {
  readonly name: string
  /** Verbatim, as configured; undefined: the defaults for a cookie that no directive names. */
  readonly attributes: string | undefined
  /** True: the app behind does not see it. */
  readonly remove: boolean
  readonly maxAge: boolean
  /** True: `Secure` on plain HTTP too, where no attributes are configured. */
  readonly secure: boolean
}

/** The name of the cookie where no directive gives one. */
const defaultCookieName = 'sessionid'

/** Reads the policy out of merged settings. @returns Undefined when sessions are off. */
export function sessionPolicy(settings: SettingsView): SessionPolicy | undefined {
  if (!settings.get(Session)) return undefined
  const store = storeOf(settings)
  const idleSeconds = idleOf(settings)
  const header = settings.get(SessionHeader)?.toLowerCase()
  const passphrases = settings.get(SessionCryptoPassphrase)
  return {
    store,
    cookie: cookieOf(settings, store),
    fileName: settings.get(SessionStoreFileName),
    idleSeconds,
    updateIntervalSeconds: settings.get(SessionExpiryUpdateInterval) ?? defaultInterval(settings.get(SessionTimeout)),
    autoStart: autoStartOf(settings, store),
    header,
    headerContent: headerContentOf(settings, header),
    cipher: settings.get(SessionCryptoCipher),
    passphrases,
    encrypted: passphrases.length > 0,
  }
}

/** True when a path has a session: some prefix of SessionInclude matches, or there is none, and none of SessionExclude. */
export function sessionCovers(settings: SettingsView, path: string): boolean {
  const included = settings.get(SessionInclude)
  const matches = (prefix: string) => path.startsWith(prefix)
  return (included.length === 0 || included.some(matches)) && !settings.get(SessionExclude).some(matches)
}

function storeOf(settings: SettingsView): StoreName {
  const named = settings.get(SessionStore)
  if (named !== undefined) return named
  if (settings.get(SessionCookieName) !== undefined || settings.get(SessionCookieName2) !== undefined) return 'cookie'
  const inDatabase = settings.get(SessionDBDCookieName) ?? settings.get(SessionDBDCookieName2)
  return inDatabase !== undefined || settings.get(SessionDBDPerUser) ? 'dbd' : 'file'
}

function cookieOf(settings: SettingsView, store: StoreName): CookiePolicy {
  const database = settings.get(SessionDBDCookieName) ?? settings.get(SessionDBDCookieName2)
  const plain = settings.get(SessionCookieName) ?? settings.get(SessionCookieName2)
  const named = store === 'dbd' ? (database ?? plain) : plain
  return {
    name: named?.name ?? defaultCookieName,
    attributes: named?.attributes,
    remove: removeOf(settings, store),
    maxAge: settings.get(SessionCookieMaxAge),
    secure: settings.get(SessionCookieSecure),
  }
}

/** The secret of a stored session is of no use to the app, so it sees it only where somebody says so. */
function removeOf(settings: SettingsView, store: StoreName): boolean {
  if (store === 'cookie') return settings.get(SessionCookieRemove)
  return settings.own(store === 'dbd' ? SessionDBDCookieRemove : SessionCookieRemove) ?? true
}

function idleOf(settings: SettingsView): number | undefined {
  const limits = [settings.get(SessionTimeout) ?? 0, settings.get(SessionMaxAge)].filter((limit) => limit > 0)
  return limits.length === 0 ? undefined : Math.min(...limits)
}

/** Where SessionTimeout is used, a write per request would be waste. */
function defaultInterval(timeout: number | undefined): number {
  return timeout === undefined ? 0 : Math.min(60, Math.floor(timeout / 10))
}

const documentOnly = [
  SessionStore,
  SessionStoreFileName,
  SessionTimeout,
  SessionDBDInsertSQL,
  SessionDBDSelectSQL,
  SessionDBDUpdateSQL,
] as const

function autoStartOf(settings: SettingsView, store: StoreName): boolean {
  const said = settings.get(SessionAutoStart)
  if (said !== undefined) return said
  if (settings.get(SessionCompat) === 'apache') return false
  return store !== 'cookie' || documentOnly.some((directive) => settings.own<unknown>(directive) !== undefined)
}

function headerContentOf(settings: SettingsView, header: string | undefined): SessionPolicy['headerContent'] {
  if (header === 'x-signed-session') return 'signed-id'
  return settings.get(SessionEnv) ? 'session' : 'id'
}
