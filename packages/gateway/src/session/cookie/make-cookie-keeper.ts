import { SessionCompat, SessionLoginKeep } from '../../config/directives/session.ts'
import type { SessionPolicy } from '../../config/session-policy.ts'
import type { SessionKeeper } from '../contract.ts'
import { fold } from '../held-session.ts'
import type { SectionTerms } from '../section-terms.ts'
import { SessionCookie } from '../session-cookie.ts'
import { CookieKeeper } from './cookie-keeper.ts'
import { sealOf } from '../session-seal.ts'
import { LoginSeal } from './login-seal.ts'
import { RecentSessions } from './recent-sessions.ts'

/** The keeper of a section whose sessions are in the cookie. */
export async function cookieKeeper(terms: SectionTerms): Promise<SessionKeeper> {
  const { settings, policy, passphrases, state } = terms
  const { idleSeconds = 0, updateIntervalSeconds } = policy
  const isSealed = passphrases.length > 0
  return new CookieKeeper({
    cookie: new SessionCookie(policy.cookie),
    rules: { maxAge: idleSeconds, updateInterval: updateIntervalSeconds },
    crypto: await sealOf(terms),
    recent: new RecentSessions(),
    seal: new LoginSeal(isSealed ? await state.passphrases.keyRing(passphrases) : state.keyRing),
    keptKeys: new Set(settings.get(SessionLoginKeep).map(fold)),
    // The real server knows no ids of such sessions, and would find them among the entries.
    hasIds: tellsId(policy) && settings.get(SessionCompat) !== 'apache',
    autoStart: policy.autoStart,
  })
}

/** With SessionEnv the header between gateway and app carries what is in the session, and nobody would see an id. */
function tellsId({ header, headerContent }: SessionPolicy): boolean {
  return header !== undefined && headerContent !== 'session'
}
