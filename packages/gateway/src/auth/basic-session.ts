import { SessionCompat } from '../config/directives/session.ts'
import type { Visit } from './visit.ts'

/**
 * Gives whom Basic authentication has found a session that begins with that: one that was there for somebody else, or for
 * nobody, can have been prepared by an attacker, and gets a new id. Not with `SessionCompat apache`, where Basic authentication
 * has nothing to do with sessions.
 */
export function beginBasicSession({ session, settings }: Pick<Visit, 'session' | 'settings'>, user: string): void {
  if (session === undefined || session.user === user || settings.get(SessionCompat) === 'apache') return
  session.login(user)
}
