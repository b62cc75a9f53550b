import type { SessionStore } from 'sekisho/store'
import { CommandError, exitCodes } from '../../command/terminal/command-error.ts'
import { addressOfUser } from '../../session/stored/user-keeper-node.ts'
import { pageSize, type Search } from '../pages.ts'
import type { SiteStore } from '../site-stores-node.ts'
import { entryOf, type SessionEntry } from './entry.ts'

/** What to list. */
export interface ListOptions extends Search {
  /** Only the sessions of this user (default: all). */
  readonly user?: string
  /** At most so many. */
  readonly limit: number
  /** {@link SessionList.next} of the page before (default: the beginning). */
  readonly cursor?: string
}

/** A page of sessions. */
export interface SessionList {
  readonly sessions: readonly SessionEntry[]
  /** Where the next page begins; undefined at the end. It holds no secret. */
  readonly next: string | undefined
  /** Stores that cannot list what they hold, because of the statements of the site. */
  readonly unlisted: readonly string[]
}

/** Where a page begins: in which store, at whose own cursor. */
interface Position {
  readonly store: string
  readonly cursor: string | undefined
}

/** Lists sessions, store by store, in an order of each store's own. */
export async function listSessions(stores: readonly SiteStore[], options: ListOptions): Promise<SessionList> {
  const unlisted = stores.filter((store) => !isListable(store, options)).map(({ id }) => id)
  const sessions: SessionEntry[] = []
  let seen = 0
  let position = beginning(stores, options.cursor)
  while (position !== undefined && sessions.length < options.limit) {
    options.signal.throwIfAborted()
    const at = stores.findIndex(({ id }) => id === position?.store)
    const site = stores[at]
    if (site === undefined) break
    if (seen > 0) options.onSeen?.(seen)
    const page = await pageOf(site, position.cursor, options, options.limit - sessions.length)
    sessions.push(...page.sessions)
    seen += page.seen
    position = page.next === undefined ? follower(stores, at) : { store: site.id, cursor: page.next }
  }
  return { sessions, next: position && encoded(position), unlisted }
}

interface Page {
  readonly sessions: readonly SessionEntry[]
  /** How many were looked at for them. */
  readonly seen: number
  readonly next: string | undefined
}

function pageOf(site: SiteStore, cursor: string | undefined, { user }: ListOptions, limit: number): Promise<Page> {
  if (user === undefined) return scanned(site, cursor, limit)
  return site.store.principals === undefined ? sifted(site, cursor, user) : indexed(site, site.store.principals, user)
}

/** A page of a store may be larger than it was asked for: what is more would be left out otherwise. */
async function scanned(site: SiteStore, cursor: string | undefined, limit: number): Promise<Page> {
  const page = await site.store.transfer?.scan(cursor, Math.min(limit, pageSize))
  const sessions = (page?.sessions ?? []).map(({ address, stored }) => entryOf(address, stored, site))
  return { sessions, seen: sessions.length, next: page?.next }
}

/** Without an index by user, all sessions are looked at. */
async function sifted(site: SiteStore, cursor: string | undefined, user: string): Promise<Page> {
  const { sessions, ...page } = await scanned(site, cursor, pageSize)
  return { sessions: sessions.filter((entry) => entry.user === user), ...page }
}

/** A user has few sessions: they come at once, the latest first. */
async function indexed(site: SiteStore, index: NonNullable<SessionStore['principals']>, user: string): Promise<Page> {
  const addresses = new Set([...(await index.list(user)), addressOfUser(user)])
  const sessions: SessionEntry[] = []
  for (const address of addresses) {
    const stored = await site.store.read(address)
    if (stored === undefined) continue
    const entry = entryOf(address, stored, site)
    if (entry.user === user || entry.isPerUser) sessions.push({ ...entry, user })
  }
  const latestFirst = sessions.toSorted((a, b) => b.idleDeadline - a.idleDeadline)
  return { sessions: latestFirst, seen: addresses.size, next: undefined }
}

function isListable({ store }: SiteStore, { user }: ListOptions): boolean {
  return store.transfer !== undefined || (user !== undefined && store.principals !== undefined)
}

function beginning(stores: readonly SiteStore[], cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return follower(stores, -1)
  const position = decoded(cursor)
  if (position !== undefined && stores.some(({ id }) => id === position.store)) return position
  throw new CommandError(
    {
      code: 'bad-cursor',
      what: 'The cursor is not one of this list',
      why: 'a cursor belongs to the configuration and to the options of the list that has printed it',
      fix: 'begin again without --cursor',
    },
    { exitCode: exitCodes.usage },
  )
}

function follower(stores: readonly SiteStore[], at: number): Position | undefined {
  const next = stores[at + 1]
  return next === undefined ? undefined : { store: next.id, cursor: undefined }
}

function encoded({ store, cursor = '' }: Position): string {
  return Buffer.from(`${store} ${cursor}`).toString('base64url')
}

function decoded(text: string): Position | undefined {
  const [, store = '', cursor = ''] = /^(\S+) (.*)$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  return store === '' ? undefined : { store, cursor: cursor === '' ? undefined : cursor }
}
