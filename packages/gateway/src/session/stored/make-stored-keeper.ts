import { defineSession, type Sessions } from 'sekisho'
import { SessionDBDPerUser } from '../../config/directives/session-dbd.ts'
import { SessionLoginKeep } from '../../config/directives/session.ts'
import type { SessionKeeper } from '../contract.ts'
import { fold } from '../held-session.ts'
import type { SectionTerms } from '../section-terms.ts'
import { sealOf } from '../session-seal.ts'
import { SessionCookie } from '../session-cookie.ts'
import type { PreparedStore } from '../stores/prepared-store.ts'
import { engineKeyOf } from './engine-entries.ts'
import { type EngineData, EngineGate } from './engine-gate.ts'
import type { ExpiredSessions } from './expired-sessions.ts'
import { StartMarks } from './start-mark-node.ts'
import { StoredKeeper } from './stored-keeper.ts'
import { UserKeeper } from './user-keeper-node.ts'

/** A keeper over a store, and how to end what it has begun; the store is somebody else's. */
export interface StoredMade {
  readonly keeper: SessionKeeper
  close(): Promise<void>
}

/** Where no directive says how long: the defaults of the library. */
export const standardIdleSeconds: number = 30 * 60
/** A session that is used all the time ends all the same, at the latest after half a day or four times its idle time. */
const leastAbsoluteSeconds = 12 * 3600

/** After so many seconds a session ends however much it is used. */
export function absoluteSeconds(idle: number): number {
  return Math.max(leastAbsoluteSeconds, 4 * idle)
}

/** The keeper of a section whose sessions are in a store. */
export async function storedKeeper(
  terms: SectionTerms,
  store: PreparedStore,
  expired: ExpiredSessions,
): Promise<StoredMade> {
  const { settings, policy, passphrases, state } = terms
  const cookie = new SessionCookie(policy.cookie)
  if (policy.store === 'dbd' && settings.get(SessionDBDPerUser)) {
    const crypto = await sealOf(terms)
    return { keeper: new UserKeeper({ cookie, store, crypto, idleSeconds: policy.idleSeconds }), close: async () => {} }
  }
  const { idleSeconds = standardIdleSeconds } = policy
  const sessions = await engineOf(terms, store, idleSeconds)
  const keeper = new StoredKeeper(
    {
      cookie,
      gate: new EngineGate(sessions, store),
      marks: new StartMarks(passphrases.length > 0 ? await state.passphrases.keyRing(passphrases) : state.keyRing),
      keptKeys: new Set(settings.get(SessionLoginKeep).map(fold)),
      autoStart: policy.autoStart,
      idleSeconds,
      hasIdleLimit: policy.idleSeconds !== undefined,
    },
    expired,
  )
  return { keeper, close: () => sessions.close() }
}

/** The engine, with the data encrypted in the store where there are passphrases. */
export async function engineOf(
  { settings, passphrases, state }: SectionTerms,
  { lent: store }: PreparedStore,
  idle: number,
): Promise<Sessions<EngineData>> {
  const kept = settings.get(SessionLoginKeep).map((key) => [engineKeyOf(key), { beforeLogin: 'keep' }] as const)
  return defineSession<EngineData>({
    name: 'gateway',
    store,
    lifetime: { idle, absolute: absoluteSeconds(idle) },
    keys: Object.fromEntries(kept),
    development: false,
    ...(passphrases.length > 0 && { encryption: { keyRing: await state.passphrases.keyRing(passphrases) } }),
  })
}
