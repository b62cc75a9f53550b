import { randomBytes } from 'node:crypto'
import type { SessionStore } from 'sekisho'

/** The name of a user who is nobody, for one trial. */
export function trialUser(): string {
  return `sekisho-doctor-${randomBytes(6).toString('hex')}`
}

/**
 * Takes a user of a trial out of the index of users, which may go on naming sessions that have ended. A store that has failed has
 * been told of already.
 */
export async function forgetUser({ principals }: Pick<SessionStore, 'principals'>, user: string): Promise<void> {
  if (principals === undefined) return
  try {
    for (const address of await principals.list(user)) await principals.remove(user, address)
  } catch {
    // It goes with its time.
  }
}
