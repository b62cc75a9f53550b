import type { Problem } from '../../config/diagnostics.ts'
import type { Directive, SettingsView } from '../../config/directive.ts'
import { AuthType } from '../../config/directives/auth-basic.ts'
import { DBDPrepareSQL } from '../../config/directives/dbd.ts'
import { ProxyPass } from '../../config/directives/proxy.ts'
import { SessionCookieName, SessionCookieName2, SessionCookieRemove } from '../../config/directives/session-cookie.ts'
import { SessionCryptoPassphrase } from '../../config/directives/session-crypto.ts'
import {
  SessionDBDCookieName,
  SessionDBDCookieName2,
  SessionDBDDeleteLabel,
  SessionDBDInsertLabel,
  SessionDBDPerUser,
  SessionDBDSelectLabel,
  SessionDBDUpdateLabel,
} from '../../config/directives/session-dbd.ts'
import { Session, SessionEnv, SessionHeader, SessionMaxAge } from '../../config/directives/session.ts'
import type { BrokenRule, Rule } from '../../config/rules.ts'

/**
 * What the real server (2.4.71) takes without a word and does not do, or does otherwise than the lines seem to say. Each was
 * seen to happen there.
 */
export const apacheRules: readonly Rule[] = [
  (settings, says) => {
    if (!settings.get(Session) || isKept(settings, says)) return undefined
    return differs(Session, {
      message:
        'AH01815: session is enabled but no session modules have been configured, session not loaded: logged on each request, and there is no session',
      expected: 'SessionCookieName or SessionDBDCookieName',
      fix: 'write SessionCookieName sessionid path=/',
    })
  },
  (settings, says) => {
    const writes = settings.get(SessionMaxAge) > 0 || says(SessionHeader) || settings.get(AuthType) === 'Form'
    if (!settings.get(Session) || !isKept(settings, says) || writes) return undefined
    const login = settings.get(AuthType) === 'Basic' ? '; a login by AuthType Basic writes nothing' : ''
    return differs(Session, {
      message: `No cookie is ever issued: nothing writes into the session${login}`,
      expected: 'SessionMaxAge, by which each answer carries the cookie, or an app that writes by SessionHeader',
      fix: 'write SessionMaxAge 1800',
    })
  },
  (settings) => {
    const header = settings.get(SessionHeader)
    if (header === undefined) return undefined
    const fix = 'let the app say in it what is to be kept, form-encoded: name=value&other=value'
    return differs(SessionHeader, { message: headerMessage(header), fix })
  },
  (settings) => {
    if (!settings.get(SessionCookieRemove)) return undefined
    return differs(SessionCookieRemove, {
      message:
        'From 2.4.69 to 2.4.71 the session is lost in the course of each request: the cookie is removed, and then read again',
      fix: 'write SessionCookieRemove Off there, and keep the cookie from the app by RequestHeader edit',
    })
  },
  (settings) => {
    const at = databaseCookie(settings)
    const absent = labels.map((label) => settings.get(label)).filter((name) => !settings.get(DBDPrepareSQL).has(name))
    if (at === undefined || absent.length === 0) return undefined
    return differs(at, {
      message: `AH01852: failed to find the prepared statement called '${absent[0] ?? ''}': logged on each request, and there is no session`,
      expected: `DBDPrepareSQL for ${absent.join(', ')}`,
      fix: 'write DBDPrepareSQL "the statement" label for each of them, outside of all sections',
    })
  },
  (settings) => {
    if (!settings.get(SessionCryptoPassphrase).some(({ kind }) => kind === 'exec')) return undefined
    return differs(SessionCryptoPassphrase, {
      message: 'When the program fails, the real server starts all the same and encrypts with the empty passphrase',
      fix: 'run the program by hand before each start, or write the passphrase into a file for SessionCryptoPassphraseFile',
    })
  },
  (settings, says) => {
    if (!settings.get(SessionEnv) || !says(ProxyPass)) return undefined
    return differs(SessionEnv, {
      message: 'An app behind ProxyPass receives nothing: only CGI programs see HTTP_SESSION',
      fix: 'write RequestHeader set Session %{HTTP_SESSION}e',
    })
  },
  (settings) => {
    if (settings.get(AuthType) !== 'Form' || settings.get(SessionMaxAge) > 0) return undefined
    return differs(AuthType, {
      message: 'Who logs in with a cookie that has expired or cannot be read is let in once and gets no new cookie',
      expected: 'SessionMaxAge, which replaces such a cookie',
      fix: 'write SessionMaxAge 1800',
    })
  },
]

const labels = [SessionDBDSelectLabel, SessionDBDInsertLabel, SessionDBDUpdateLabel, SessionDBDDeleteLabel]

/** Whether mod_session_cookie or mod_session_dbd would take the session. */
function isKept(settings: SettingsView, says: (directive: Directive) => boolean): boolean {
  if (databaseCookie(settings) !== undefined) return true
  return says(SessionCookieName) || says(SessionCookieName2)
}

function databaseCookie(settings: SettingsView): Directive | undefined {
  const named = [SessionDBDCookieName2, SessionDBDCookieName].find((name) => settings.get(name) !== undefined)
  return named ?? (settings.get(SessionDBDPerUser) ? SessionDBDPerUser : undefined)
}

function headerMessage(header: string): string {
  const common = `the real server sends nothing to the app in ${header}; it only merges into the session what the app answers in it`
  switch (header.toLowerCase()) {
    case 'x-signed-session':
      return `Nothing is signed: ${common}`
    case 'x-renew-session':
      return `No id is renewed: ${common}, and "${header}: 1" takes the key 1 out of the session`
    default:
      return `The app receives no id: ${common}`
  }
}

function differs(at: Directive, problem: Omit<Problem, 'code'>): BrokenRule {
  return { at, severity: 'warning', problem: { code: 'differs-in-apache', ...problem } }
}
