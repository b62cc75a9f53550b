import { channels } from '../../lib/events-node.ts'
import { SweepGuard } from '../../lib/sweep-guard.ts'
import type { TableNames } from '../sql/names.ts'
import { started } from './clock.ts'
import { statement, type Database, type Statement } from './database.ts'

/** So many records tell what share of all is dead: addresses are hashes, so neighbours are a fair sample. */
const sampleSize = 500

/** Removes what has died, in two statements: one looks, one removes what nobody else is working on. */
export class Sweeper {
  readonly #database: Database
  readonly #graceMs: number
  readonly #guard = new SweepGuard()
  readonly #look: Statement
  readonly #remove: Statement

  /**
   * @param database Where the tables are.
   * @param names Their names.
   * @param graceMs How long dead rows stay.
   */
  constructor(database: Database, names: TableNames, graceMs: number) {
    this.#database = database
    this.#graceMs = graceMs
    this.#look = statement('sweep_look', lookSql(names))
    this.#remove = statement('sweep', removeSql(names))
  }

  /**
   * Removes at most `limit` dead sessions, and at most as many expired index entries and leases, which go by the same
   * clock and therefore wait for the same confirmation when it seems to have jumped.
   */
  async sweep(limit: number): Promise<number> {
    const [look] = await this.#database.run(this.#look, [this.#graceMs, randomAddress()])
    const [isDue, dead, seen] = look ?? []
    if (!this.#guard.allows(Number(dead), Number(seen)) || isDue !== 'yes') return 0
    const removed = await this.#database.run(this.#remove, [this.#graceMs, Math.max(0, Math.floor(limit))])
    for (const [address] of removed) channels.expired.publish({ address: address as string })
    return removed.length
  }
}

/** Where the sample begins. */
function randomAddress(): string {
  const [bits] = crypto.getRandomValues(new Uint32Array(1))
  return (bits as number).toString(16).padStart(8, '0')
}

const cut = `${started} - $1::bigint`

/** The earliest expiry is at one end of an index; whether any row has expired might be answered by reading them all. */
function lookSql({ sessions, principals, locks }: TableNames): string {
  const earliest = [sessions, principals, locks].map((table) => `(SELECT min(expires_at) FROM ${table})`)
  return `SELECT CASE WHEN least(${earliest.join(', ')}) <= ${cut} THEN 'yes' ELSE 'no' END,
  count(*) FILTER (WHERE expires_at <= ${cut}), count(*)
FROM (
  (SELECT expires_at FROM ${sessions} WHERE address >= $2 ORDER BY address LIMIT ${sampleSize})
  UNION ALL
  (SELECT expires_at FROM ${sessions} WHERE address < $2 ORDER BY address LIMIT ${sampleSize})
  LIMIT ${sampleSize}
) AS sample`
}

/**
 * A row is locked before it goes, and looked at again under its lock; one that somebody else has locked is passed over. The
 * arrays are made once and first, whatever the planner thinks of a limit in a join.
 */
function removeSql({ sessions, principals, locks }: TableNames): string {
  const due = (column: string, table: string): string =>
    `ARRAY(SELECT ${column} FROM ${table} WHERE expires_at <= ${cut}
      ORDER BY expires_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED)`
  return `WITH entries AS (
  DELETE FROM ${principals} WHERE ctid = ANY (${due('ctid', principals)})
), leases AS (
  DELETE FROM ${locks} WHERE address = ANY (${due('address', locks)})
)
DELETE FROM ${sessions} WHERE address = ANY (${due('address', sessions)})
RETURNING address`
}
