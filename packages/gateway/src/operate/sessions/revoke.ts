import type { Sessions } from 'sekisho'
import { addressOfUser } from '../../session/stored/user-keeper-node.ts'
import { engineOf, standardIdleSeconds } from '../../session/stored/make-stored-keeper.ts'
import type { GatewayState } from '../../session/state-node.ts'
import { atMost } from '../../lib/at-most.ts'
import { pagesOf, unlistable } from '../pages.ts'
import type { SiteStore } from '../site-stores-node.ts'
import type { Located } from './handle.ts'

/** A store with the engine that ends its sessions. */
interface Ending {
  readonly site: SiteStore
  readonly admin: Sessions['admin']
}

/** How far a revocation of everybody has come. */
export interface RevocationOptions {
  readonly signal: AbortSignal
  /** Is told how many sessions have been looked at. */
  onProgress?(seen: number): void
}

/** So many are ended at the same time. */
const concurrency = 8

/** Ends one session. @returns Whether it was alive. */
export function revokeOne({ address, in: site }: Located, state: GatewayState): Promise<boolean> {
  return withEngine(site, state, ({ admin }) => admin.revoke(address))
}

/**
 * Ends all sessions of a user, in all stores. Every session that was created before the call is dead when it resolves, one whose
 * login was under way included: the engine raises the user's epoch, which such a login looks at once more before it holds.
 *
 * @returns How many there were.
 */
export async function revokeUser(user: string, stores: readonly SiteStore[], state: GatewayState): Promise<number> {
  refuseBlind(stores, ({ principals, transfer }) => principals ?? transfer)
  const counts = stores.map((site) =>
    withEngine(site, state, async ({ admin }) => {
      const own =
        site.store.principals === undefined ? await endSifted(user, { site, admin }) : await admin.revokeAll(user)
      return own + Number(await admin.revoke(addressOfUser(user)))
    }),
  )
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

/** Ends the sessions of everybody that there were when it was called. @returns How many. */
export async function revokeEverybody(
  stores: readonly SiteStore[],
  state: GatewayState,
  options: RevocationOptions,
): Promise<number> {
  refuseBlind(stores, ({ transfer }) => transfer)
  let ended = 0
  let seen = 0
  const onSeen = (more: number): void => options.onProgress?.((seen += more))
  for (const site of stores) {
    const more = await withEngine(site, state, (ending) => endAll(ending, options.signal, onSeen))
    ended += more
  }
  return ended
}

/** Before anything is ended: half of the work done would pass for all of it. */
function refuseBlind(stores: readonly SiteStore[], means: (store: SiteStore['store']) => unknown): void {
  for (const { id, store } of stores) if (means(store) === undefined) throw unlistable(id)
}

/**
 * Users that are met are revoked as by name, so that their logins under way end too; what belongs to nobody is deleted. What
 * began after the first look stays, and so the work comes to an end beside live traffic. A scan may miss what is written behind
 * its back, so it is made until one finds nothing more.
 */
async function endAll({ site, admin }: Ending, signal: AbortSignal, onSeen: (more: number) => void): Promise<number> {
  const { principals } = site.store
  let ended = 0
  let begun: number | undefined
  for (let isClear = false; !isClear;) {
    isClear = true
    for await (const page of pagesOf(site, signal)) {
      begun ??= page[0]?.stored.now
      const due = page.filter(({ stored }) => stored.createdAt <= (begun ?? Infinity))
      if (due.length > 0) isClear = false
      const users = principals === undefined ? [] : new Set(due.flatMap(({ stored }) => stored.record.principal ?? []))
      const count = (more: number): void => void (ended += more)
      await atMost(concurrency, users, (user) => admin.revokeAll(user).then(count))
      await atMost(concurrency, due, ({ address }) => admin.revoke(address).then(Number).then(count))
      onSeen(page.length)
    }
  }
  return ended
}

/** A store that keeps no index by user cannot keep a login under way from holding; who is logged in is found by looking at all. */
async function endSifted(user: string, { site, admin }: Ending): Promise<number> {
  let ended = 0
  for await (const page of pagesOf(site, new AbortController().signal)) {
    for (const { address, stored } of page) {
      const isEnded = stored.record.principal === user && (await admin.revoke(address, { principal: user }))
      if (isEnded) ended += 1
    }
  }
  return ended
}

/** Ends nothing by itself: what is encrypted need not be opened to end it. */
async function withEngine<T>(site: SiteStore, state: GatewayState, work: (ending: Ending) => Promise<T>): Promise<T> {
  const [section] = site.sections
  if (section === undefined) throw new TypeError('a store without a section')
  const { settings, policy } = section
  const terms = { settings, policy, passphrases: [], state }
  const sessions = await engineOf(terms, site.prepared, policy.idleSeconds ?? standardIdleSeconds)
  try {
    return await work({ site, admin: sessions.admin })
  } finally {
    await sessions.close()
  }
}
