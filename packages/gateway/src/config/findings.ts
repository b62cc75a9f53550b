import type { Diagnostics } from './diagnostics.ts'
import { AuthName, AuthType, AuthUserFile } from './directives/auth-basic.ts'
import { Require } from './directives/authz.ts'
import type { Authorization, Requirement } from './authorization.ts'
import { DBDParams, DBDriver } from './directives/dbd.ts'
import { type Passphrase, SessionCryptoCipher, SessionCryptoPassphrase } from './directives/session-crypto.ts'
import { SessionCookieName, SessionCookieName2 } from './directives/session-cookie.ts'
import { SessionDBDPerUser } from './directives/session-dbd.ts'
import {
  SessionRedisURL,
  Session,
  SessionHeader,
  SessionMaxAge,
  SessionStoreFileName,
  SessionTimeout,
} from './directives/session.ts'
import { RemoteIPHeader, RemoteIPTrustedProxy } from './directives/remoteip.ts'
import { SetEnv } from './directives/server.ts'
import { SetEnvIf } from './directives/setenvif.ts'
import { SSLCertificateFile, SSLCertificateKeyFile, SSLEngine } from './directives/ssl.ts'
import type { Directive, SettingsView } from './directive.ts'
import { missingDatabase, missingRedis } from './missing-store.ts'
import type { Site } from './layer.ts'
import { applyRules, type BrokenRule, type Rule } from './rules.ts'
import { sessionPolicy } from './session-policy.ts'

/** Reports what single lines cannot show: what is missing, and what is weaker than it looks. */
export function findings(site: Site, diagnostics: Diagnostics): void {
  applyRules(rules, site, diagnostics)
}

const keygen = 'write SessionCryptoPassphrase with the output of "sekisho keygen"'

/** What is missing about logins is a warning: `.htaccess` files may still say it. */
const rules: readonly Rule[] = [
  (settings, says) => {
    const signed = settings.get(SessionHeader)?.toLowerCase() === 'x-signed-session'
    const at = settings.own(SessionCryptoCipher) === undefined ? SessionHeader : SessionCryptoCipher
    if (says(SessionCryptoPassphrase) || (at === SessionHeader && !signed)) return undefined
    return missing(at, 'SessionCryptoPassphrase not set', `SessionCryptoPassphrase, which ${at.name} needs`, keygen)
  },
  (settings, says) => {
    if (sessionPolicy(settings)?.store !== 'cookie' || says(SessionCryptoPassphrase)) return undefined
    const message =
      'SessionCryptoPassphrase not set: the session stands in the cookie for everybody to read and to change'
    return weak(Session, message, 'SessionCryptoPassphrase')
  },
  (settings) => {
    const short = hasShort(settings.get(SessionCryptoPassphrase))
    const message = 'The passphrase is short: who has one cookie can guess it offline'
    return short ? weak(SessionCryptoPassphrase, message, 'at least 16 characters, better 32 random bytes') : undefined
  },
  (settings) => {
    if (sessionPolicy(settings)?.store !== 'dbd') return undefined
    const absent = [DBDriver, DBDParams].find((directive) => settings.own<unknown>(directive) === undefined)
    return absent && { at: Session, severity: 'warning', problem: missingDatabase(absent) }
  },
  (settings) => {
    if (sessionPolicy(settings)?.store !== 'redis' || settings.get(SessionRedisURL) !== undefined) return undefined
    return { at: Session, severity: 'warning', problem: missingRedis }
  },
  (settings) => {
    const store = sessionPolicy(settings)?.store
    if (store === undefined || store === 'file') return undefined
    return odd(
      SessionStoreFileName,
      `SessionStoreFileName has no effect: sessions are kept in ${store}`,
      'write SessionStore file',
    )
  },
  (settings) => {
    if (settings.get(SessionCookieName) === undefined) return undefined
    return odd(
      SessionCookieName2,
      'SessionCookieName2 has no effect beside SessionCookieName: no browser keeps cookies of RFC 2965',
      'remove the line',
    )
  },
  (settings) => {
    if (loginOf(settings) !== 'Form' || sessionPolicy(settings)?.store !== 'dbd') return undefined
    if (!settings.get(SessionDBDPerUser)) return undefined
    return odd(
      SessionDBDPerUser,
      'Nobody can log in: SessionDBDPerUser needs the user to find the session, and AuthType Form the session to find the user',
      'remove SessionDBDPerUser and write SessionDBDCookieName, or use AuthType Basic',
    )
  },
  (_, says) =>
    says(Session)
      ? undefined
      : odd(SessionTimeout, 'SessionTimeout has no effect: sessions are off', 'write Session On'),
  (_, says) =>
    says(Session) ? undefined : odd(SessionMaxAge, 'SessionMaxAge has no effect: sessions are off', 'write Session On'),
  (settings, says) => {
    const type = loginOf(settings)
    if (type === undefined || says(AuthName)) return undefined
    return warned(
      missing(AuthType, `AuthType ${type} needs an AuthName`, 'AuthName "what is protected"', 'add the line'),
    )
  },
  (settings, says) => {
    const type = loginOf(settings)
    if (type === undefined || says(AuthUserFile)) return undefined
    const fix = 'make the file with "sekisho htpasswd"'
    return warned(
      missing(AuthType, `AuthType ${type} needs an AuthUserFile`, 'AuthUserFile with the path of a password file', fix),
    )
  },
  (settings, says) => {
    if (loginOf(settings) !== 'Form' || says(Session)) return undefined
    const message = 'AuthType Form needs a session to remember the login in'
    return warned(missing(AuthType, message, 'Session On', 'write Session On and SessionCookieName beside it'))
  },
  (settings, says) => {
    if (says(AuthType) || !settings.get(Require).some(needsUser)) return undefined
    const message = 'Require asks for a user, and there is no AuthType by which anybody could log in'
    return warned(
      missing(Require, message, 'AuthType Basic or AuthType Form', 'add AuthType, AuthName and AuthUserFile'),
    )
  },
  (settings) => {
    if (settings.get(RemoteIPHeader) === undefined)
      return odd(
        RemoteIPTrustedProxy,
        'Nobody is asked where requests come from: there is no RemoteIPHeader',
        'write RemoteIPHeader X-Forwarded-For beside it',
      )
    if (settings.get(RemoteIPTrustedProxy).length > 0) return undefined
    return odd(
      RemoteIPHeader,
      'RemoteIPHeader has no effect: no proxy is trusted',
      'write RemoteIPInternalProxy with the address of the proxy in front',
    )
  },
  (settings, says) => {
    const late = says(SetEnvIf) ? [] : settings.get(Require).flatMap(variablesOf)
    const name = late.find((variable) => settings.get(SetEnv).has(variable))
    if (name === undefined) return undefined
    return odd(
      Require,
      `Require env ${name} never holds: SetEnv sets it after the visitor has been let in`,
      `write SetEnvIf Request_URI . ${name}`,
    )
  },
  (settings) => {
    const complete = settings.get(SSLCertificateFile).length > 0 && settings.get(SSLCertificateKeyFile).length > 0
    if (!settings.get(SSLEngine) || complete) return undefined
    const message = 'SSLEngine on needs SSLCertificateFile and SSLCertificateKeyFile'
    return missing(SSLEngine, message, 'both, in PEM', 'add the lines')
  },
]

function missing(at: Directive, message: string, expected: string, fix: string): BrokenRule {
  return { at, severity: 'error', problem: { code: 'missing-directive', message, expected, fix } }
}

function warned(broken: BrokenRule): BrokenRule {
  return { ...broken, severity: 'warning' }
}

function weak(at: Directive, message: string, expected: string): BrokenRule {
  return { at, severity: 'warning', problem: { code: 'weak-setting', message, expected, fix: keygen } }
}

function odd(at: Directive, message: string, fix: string): BrokenRule {
  return { at, severity: 'warning', problem: { code: 'odd-value', message, fix } }
}

const shortLists = new WeakMap<readonly Passphrase[], boolean>()

/** Answered once for each list, however many sections inherit it. */
function hasShort(list: readonly Passphrase[]): boolean {
  const known = shortLists.get(list)
  if (known !== undefined) return known
  const short = list.some((phrase) => phrase.kind === 'text' && phrase.text.length < 16)
  shortLists.set(list, short)
  return short
}

function loginOf(settings: SettingsView): 'Basic' | 'Form' | undefined {
  const type = settings.get(AuthType)
  return type === 'None' ? undefined : type
}

function needsUser(authorization: Authorization): boolean {
  return requirementsOf(authorization).some(({ provider }) => ['valid-user', 'user', 'group'].includes(provider))
}

function variablesOf(authorization: Authorization): readonly string[] {
  return requirementsOf(authorization).flatMap((required) => (required.provider === 'env' ? required.names : []))
}

/** Everything that is asked for, however it is nested. */
function requirementsOf(authorization: Authorization): readonly Requirement[] {
  if (authorization.kind === 'require') return [authorization.requirement]
  return authorization.children.flatMap(requirementsOf)
}
