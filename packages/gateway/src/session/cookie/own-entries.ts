import type { ApacheSession } from 'sekisho/apache'
import { type Login, ownKeys } from '../held-session.ts'
import type { LoginSeal } from './login-seal.ts'

/** What the gateway keeps in a session beside what visitor and app put there. */
export interface OwnFacts {
  readonly id: string | undefined
  readonly login: Login | undefined
}

export const noFacts: OwnFacts = { id: undefined, login: undefined }

/** Takes the gateway's own entries out of a session that was read. */
export function takeOwnEntries(content: ApacheSession, seal: LoginSeal): OwnFacts {
  const id = content.get(ownKeys.id)
  const login = content.get(ownKeys.login)
  dropOwnEntries(content)
  return { id: id !== undefined && /^[\w-]{22}$/.test(id) ? id : undefined, login: seal.open(login) }
}

/** Leaves what visitor and app put there. */
export function dropOwnEntries(content: ApacheSession): void {
  content.delete(ownKeys.id)
  content.delete(ownKeys.login)
}

/** The session with the gateway's own entries behind the others. */
export function withOwnEntries(content: ApacheSession, { id, login }: OwnFacts, seal: LoginSeal): ApacheSession {
  const whole = content.copy()
  if (id !== undefined) whole.set(ownKeys.id, id)
  if (login !== undefined) whole.set(ownKeys.login, seal.seal(login))
  return whole
}
