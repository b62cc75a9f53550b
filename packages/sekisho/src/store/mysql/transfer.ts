import { addressError, isAddress } from '../../lib/address.ts'
import { cursorError } from '../../lib/cursor.ts'
import type { SessionTransfer, StoredSession, TransferPage } from '../contract.ts'
import { now } from './clock.ts'
import type { Database, Statement } from './database.ts'
import { isDuplicate } from './faults.ts'
import { settled, stored, type DriverRow, type Records } from './records.ts'
import { whole } from './values.ts'

/** Most records of one page, whatever was asked for. */
const mostPerPage = 1000

interface TransferStatements {
  readonly estimate: Statement
  readonly insert: Statement
  readonly overwrite: Statement
  readonly look: Statement
}

function transferStatements(table: string): TransferStatements {
  const integer = 'CAST(? AS SIGNED)'
  return {
    estimate: { does: 'count the records', sql: `SELECT COUNT(*) AS living FROM ${table} WHERE expires_at > ${now}` },
    // Whether the record lives is told by the server; a product with 0 leaves the column as it is.
    insert: {
      does: 'restore a record',
      sql: `INSERT INTO ${table} (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
VALUES (?, ${integer}, ${integer} + 0 * LAST_INSERT_ID(${integer} > ${now}), ${integer}, ${integer}, ?, ?)`,
    },
    overwrite: {
      does: 'restore a record',
      sql: `UPDATE ${table} SET version = ${integer}, created_at = ${integer}, idle_deadline = ${integer},
absolute_deadline = ${integer}, fields = ?, payload = ?
WHERE address = ? AND (version < ${integer} OR expires_at <= ${now}) AND ${integer} > ${now}`,
    },
    look: {
      does: 'look at a record',
      sql: `SELECT 1 FROM ${table} WHERE address = ? AND (version >= ${integer} OR ${integer} <= ${now})`,
    },
  }
}

/** A session as the statements want it. */
interface Columns {
  readonly version: number
  /** Creation, idle deadline, absolute deadline. */
  readonly times: readonly [number, number, number]
  /** When it dies. */
  readonly due: number
  readonly blobs: readonly [Buffer, Buffer]
}

function columnsOf(
  { version, createdAt, idleDeadline, absoluteDeadline }: StoredSession,
  blobs: [Buffer, Buffer],
): Columns {
  const times = [whole(createdAt), whole(idleDeadline), whole(absoluteDeadline)] as const
  return { version, times, due: Math.min(times[1], times[2]), blobs }
}

/** Reading and writing the records of a `MysqlStore` as they are. */
export class MysqlTransfer implements SessionTransfer {
  readonly #database: Database
  readonly #records: Records
  readonly #table: string
  readonly #sql: TransferStatements

  constructor(database: Database, records: Records, table: string) {
    this.#database = database
    this.#records = records
    this.#table = table
    this.#sql = transferStatements(table)
  }

  /** @returns How many live records there are: counted in the index, once. */
  async estimate(): Promise<number> {
    const [row] = await this.#database.rows<{ living: unknown }>(this.#sql.estimate, [])
    return Number(row?.living ?? 0)
  }

  /** Reads live records in the order of their addresses, at most 1,000 at once; the cursor is the last address of a page. */
  async scan(cursor: string | undefined, limit: number): Promise<TransferPage> {
    if (cursor !== undefined && !isAddress(cursor)) throw cursorError(cursor)
    const size = Math.min(Math.max(1, Math.floor(limit)), mostPerPage)
    const rows = await this.#database.rows<DriverRow & { address: string }>(this.#page(size), [cursor ?? ''])
    const last = rows.length === size ? rows.at(-1) : undefined
    const sessions = rows.flatMap((row) => {
      const session = stored(row.address, row)
      return session === undefined ? [] : [{ address: row.address, stored: session }]
    })
    return last === undefined ? { sessions } : { sessions, next: last.address }
  }

  /** Writes a record with this version and these times. */
  async restore(address: string, session: StoredSession): Promise<'restored' | 'kept'> {
    if (!isAddress(address)) throw addressError(address)
    const columns = columnsOf(session, this.#records.blobsOf(session.record))
    const { version, due } = columns
    return settled(this.#sql.insert.does, async () => {
      const inserted = await this.#insert(address, columns)
      if (inserted !== undefined) return inserted
      const { times, blobs } = columns
      const values = [version, ...times, ...blobs, address, version, due]
      if ((await this.#database.write(this.#sql.overwrite, values)).affectedRows > 0) return 'restored'
      const newer = await this.#database.rows(this.#sql.look, [address, version, due])
      return newer.length > 0 ? 'kept' : undefined
    })
  }

  /** @returns `undefined` when there is a row already. */
  async #insert(address: string, { version, times, due, blobs }: Columns): Promise<'restored' | 'kept' | undefined> {
    const [created, idle, absolute] = times
    try {
      const { told } = await this.#database.write(this.#sql.insert, [
        address,
        version,
        created,
        due,
        idle,
        absolute,
        ...blobs,
      ])
      if (told > 0) return 'restored'
    } catch (error) {
      if (isDuplicate(error)) return undefined
      throw error
    }
    await this.#records.bury(address)
    return 'kept'
  }

  /** The size stands in the text, because servers differ in what they take for `LIMIT ?`; a copy uses one size throughout. */
  #page(size: number): Statement {
    return {
      does: 'scan the records',
      sql: `SELECT address, version, created_at, idle_deadline, absolute_deadline, fields, payload, ${now} AS now
FROM ${this.#table} FORCE INDEX (PRIMARY) WHERE address > ? AND expires_at > ${now} ORDER BY address LIMIT ${size}`,
    }
  }
}
