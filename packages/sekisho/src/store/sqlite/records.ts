import type { Lifetime, NewLifetime, SessionRecord, StoredSession } from '../contract.ts'
import { fieldsOf, writeIdMark } from '../sql/row.ts'
import type { Database, Listing, Statement } from './database.ts'
import { contentOf, instant, lentColumns, liveSession, numberOf, putWhere, readColumns, rowOf } from './rows.ts'
import { repeats } from '../write-ids.ts'

/** A `replace`, as one value. */
export interface Replacement {
  readonly address: string
  readonly record: SessionRecord
  readonly version: number
  readonly lifetime: Lifetime
  readonly writeId: string
}

/**
 * The verbs on one record. Each is one statement, which compares and changes at once; only a refusal asks a second one for
 * its reason. Between the two another process may have changed what the first one saw, and then the verb begins again.
 */
export class SqliteRecords {
  readonly #database: Database
  readonly #now: () => number
  readonly #read: Listing
  readonly #lend: Listing
  readonly #create: Statement
  readonly #replace: Statement
  readonly #touch: Statement
  readonly #delete: Statement
  readonly #deleteVersion: Statement
  readonly #deleteAny: Statement
  readonly #look: Statement

  /**
   * @param database The database.
   * @param table The table of sessions.
   * @param now The clock, in epoch milliseconds.
   */
  constructor(database: Database, table: string, now: () => number) {
    this.#database = database
    this.#now = now
    this.#read = database.listing(`SELECT ${readColumns} FROM ${table} WHERE address = ?`)
    this.#lend = database.listing(`SELECT ${lentColumns} FROM ${table} WHERE address = ?`)
    this.#create = database.statement(putWhere(table, `${table}.expires_at <= ?`))
    this.#replace = database.statement(`UPDATE ${table} SET version = version + 1,
        idle_deadline = max(idle_deadline, ?), absolute_deadline = ifnull(nullif(?, 0), absolute_deadline),
        expires_at = min(max(idle_deadline, ?), ifnull(nullif(?, 0), absolute_deadline)), fields = ?, payload = CAST(? AS BLOB)
      WHERE address = ? AND version = ? AND expires_at > ?`)
    this.#touch = database.statement(`UPDATE ${table} SET
        idle_deadline = max(idle_deadline, ?), absolute_deadline = max(absolute_deadline, ?),
        expires_at = min(max(idle_deadline, ?), max(absolute_deadline, ?))
      WHERE address = ? AND expires_at > ?`)
    this.#delete = database.statement(`DELETE FROM ${table} WHERE address = ? AND expires_at > ?`)
    this.#deleteVersion = database.statement(
      `DELETE FROM ${table} WHERE address = ? AND expires_at > ? AND version = ?`,
    )
    this.#deleteAny = database.statement(`DELETE FROM ${table} WHERE address = ?`)
    this.#look = database.statement(`SELECT version, instr(fields, ?) > 0 AS repeated FROM ${table}
      WHERE address = ? AND expires_at > ?`)
  }

  /** @param lent The data may be text, which costs less than octets. */
  read(address: string, lent = false): StoredSession | undefined {
    const columns = (lent ? this.#lend : this.#read).first(address)
    if (columns === undefined) return undefined
    // SQLite makes text of whatever there is: octets that are none are looked at as they are.
    if (lent && String(columns[5]).includes('\ufffd')) return this.read(address)
    return liveSession(address, { columns, now: this.#now(), lent })
  }

  create(address: string, record: SessionRecord, lifetime: NewLifetime): 'created' | 'exists' {
    const now = this.#now()
    const [idleDeadline, absoluteDeadline] = [now + lifetime.idleMs, now + lifetime.absoluteMs]
    const row = rowOf(address, record, { version: 1, createdAt: now, idleDeadline, absoluteDeadline })
    if (this.#create.change(...row, instant(now)) > 0) return 'created'
    return this.#database.transaction(() => {
      const present = this.read(address)
      if (present !== undefined) return repeats(record, present.record) ? 'created' : 'exists'
      // It is no record, or has died since: either way it is in nobody's way.
      this.#deleteAny.change(address)
      this.#create.change(...row, instant(now))
      return 'created'
    })
  }

  replace(write: Replacement): 'replaced' | 'conflict' | 'gone' {
    const { address, record, version, lifetime, writeId } = write
    const now = this.#now()
    const idle = instant(now + lifetime.idleMs)
    const absolute = lifetime.absoluteMs === undefined ? 0 : instant(now + lifetime.absoluteMs)
    const times = [idle, absolute, idle, absolute]
    if (this.#replace.change(...times, fieldsOf(record), contentOf(record), address, version, instant(now)) > 0)
      return 'replaced'
    const present = this.#look.first(writeIdMark(writeId), address, instant(now))
    if (present === undefined) return 'gone'
    if (numberOf(present['version']) === version) return this.replace(write)
    return numberOf(present['repeated']) === 1 ? 'replaced' : 'conflict'
  }

  touch(address: string, { idleMs, absoluteMs = -Infinity }: Lifetime): 'touched' | 'gone' {
    const now = this.#now()
    const [idle, absolute] = [instant(now + idleMs), Math.max(0, instant(now + absoluteMs))]
    return this.#touch.change(idle, absolute, idle, absolute, address, instant(now)) > 0 ? 'touched' : 'gone'
  }

  delete(address: string, version?: number): 'deleted' | 'conflict' | 'gone' {
    const now = instant(this.#now())
    if (version === undefined) return this.#delete.change(address, now) > 0 ? 'deleted' : 'gone'
    if (this.#deleteVersion.change(address, now, version) > 0) return 'deleted'
    const present = this.#look.first('', address, now)
    if (present === undefined) return 'gone'
    return numberOf(present['version']) === version ? this.delete(address, version) : 'conflict'
  }
}
