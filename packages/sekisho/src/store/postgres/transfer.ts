import { addressError, isAddress } from '../../lib/address.ts'
import { cursorError } from '../../lib/cursor.ts'
import type { SessionTransfer, StoredSession, TransferPage } from '../contract.ts'
import { fieldsOf } from '../sql/row.ts'
import { now, started, wholeMs } from './clock.ts'
import { statement, type Database, type Statement } from './database.ts'
import { sessionColumns, sessionOfRow } from './sessions.ts'

/** Up to so many rows are counted; of more, the planner's estimate is as good. */
const countedRows = 10_000

/** All sessions in the order of their addresses; a cursor is the last address of its page. */
export class PostgresTransfer implements SessionTransfer {
  readonly #database: Database
  readonly #estimate: Statement
  readonly #scan: Statement
  readonly #restore: Statement

  /**
   * @param database Where the table is.
   * @param table Its name.
   */
  constructor(database: Database, table: string) {
    this.#database = database
    this.#estimate = statement('estimate', estimateSql(table))
    this.#scan = statement('scan', scanSql(table))
    this.#restore = statement('restore', restoreSql(table))
  }

  /** @returns How many records there are, dead ones included; above 10,000 as the server last estimated it. */
  async estimate(): Promise<number> {
    const [row] = await this.#database.run(this.#estimate, [])
    return Number(row?.[0])
  }

  /** Reads at most `limit` live records. */
  async scan(cursor: string | undefined, limit: number): Promise<TransferPage> {
    if (cursor !== undefined && !isAddress(cursor)) throw cursorError(cursor)
    const size = Math.max(1, Math.ceil(limit))
    const rows = await this.#database.run(this.#scan, [cursor ?? '', size])
    const sessions = rows.flatMap(([address, ...row]) => {
      const stored = sessionOfRow(address as string, row)
      return stored === undefined ? [] : [{ address: address as string, stored }]
    })
    const last = rows.length < size ? undefined : rows.at(-1)
    return last === undefined ? { sessions } : { sessions, next: last[0] as string }
  }

  /** Writes a record with its version and times. */
  async restore(address: string, stored: StoredSession): Promise<'restored' | 'kept'> {
    if (!isAddress(address)) throw addressError(address)
    const restored = await this.#database.run(this.#restore, [
      address,
      stored.version,
      wholeMs(stored.createdAt),
      wholeMs(stored.idleDeadline),
      wholeMs(stored.absoluteDeadline),
      fieldsOf(stored.record),
      stored.record.payload,
    ])
    return restored.length > 0 ? 'restored' : 'kept'
  }
}

function estimateSql(table: string): string {
  return `SELECT CASE WHEN counted < ${countedRows} THEN counted ELSE greatest(counted, estimated) END
FROM (SELECT count(*) AS counted FROM (SELECT FROM ${table} LIMIT ${countedRows}) AS counted_rows) AS few,
  (SELECT reltuples::bigint AS estimated FROM pg_class WHERE oid = to_regclass('${table}')) AS many`
}

function scanSql(table: string): string {
  return `SELECT address, ${sessionColumns} FROM ${table}
WHERE address > $1 AND expires_at > ${started} ORDER BY address LIMIT $2::bigint`
}

function restoreSql(table: string): string {
  return `INSERT INTO ${table} AS present
  (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
SELECT $1, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6, $7::bytea
WHERE least($4::bigint, $5::bigint) > ${now}
ON CONFLICT (address) DO UPDATE SET
  version = excluded.version, created_at = excluded.created_at,
  idle_deadline = excluded.idle_deadline, absolute_deadline = excluded.absolute_deadline,
  fields = excluded.fields, payload = excluded.payload
WHERE present.version < excluded.version OR present.expires_at <= ${now}
RETURNING 1`
}
