import type { StoredSession } from 'sekisho/store'
import { standardIdleSeconds } from '../../session/stored/make-stored-keeper.ts'
import type { SiteStore } from '../site-stores-node.ts'

/** A session as a list shows it. Times are milliseconds since 1970 on the clock of its store. */
export interface SessionEntry {
  /** The store, by {@link SiteStore.id}. */
  readonly store: string
  /** The handle: the address of the session, which is no secret. */
  readonly address: string
  /** Who is logged in; undefined: nobody. */
  readonly user: string | undefined
  /** The one session of a user of SessionDBDPerUser, whom only a hash names. */
  readonly isPerUser: boolean
  readonly createdAt: number
  /** To the accuracy of the time of use that is written down; undefined where sections with different timeouts share the store. */
  readonly lastSeenAt: number | undefined
  /** When it ends unless it is used. */
  readonly idleDeadline: number
  /** When it ends at the latest. */
  readonly absoluteDeadline: number
  /** What the store's clock says now. */
  readonly now: number
  /** Octets of the data as it is stored. */
  readonly bytes: number
  readonly device: string | undefined
}

/** What the record of a session says. */
export function entryOf(address: string, { record, ...times }: StoredSession, site: SiteStore): SessionEntry {
  const { createdAt, idleDeadline, absoluteDeadline, now } = times
  const { payload, text, principal: user, device } = record
  const isPerUser = record.current === 'user'
  return {
    store: site.id,
    address,
    user,
    isPerUser,
    createdAt,
    lastSeenAt: lastSeenAt({ createdAt, idleDeadline }, site),
    idleDeadline,
    absoluteDeadline,
    now,
    bytes: text === undefined ? payload.length : Buffer.byteLength(text),
    device,
  }
}

/** The idle deadline is the last use, the idle time, and the slack that the engine adds so that it need not write each use down. */
function lastSeenAt(
  { createdAt, idleDeadline }: Pick<StoredSession, 'createdAt' | 'idleDeadline'>,
  { sections }: SiteStore,
): number | undefined {
  const [idle, ...others] = new Set(sections.map(({ policy }) => policy.idleSeconds ?? standardIdleSeconds))
  if (idle === undefined || others.length > 0) return undefined
  const slackMs = Math.min(60_000, idle * 100)
  return Math.max(createdAt, idleDeadline - idle * 1000 - slackMs)
}
