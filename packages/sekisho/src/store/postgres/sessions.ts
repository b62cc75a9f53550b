import { SekishoError } from '../../errors.ts'
import { channels } from '../../lib/events-node.ts'
import type { Lifetime, NewLifetime, SessionRecord, StoredSession } from '../contract.ts'
import { fieldsOf, recordOf, writeIdMark } from '../sql/row.ts'
import type { Row } from './clients.ts'
import { now, started, wholeMs } from './clock.ts'
import { statement, type Database, type Statement } from './database.ts'

/**
 * What of a row makes a session, in the order that {@link sessionOfRow} reads. The numbers come as one text, because pg
 * spends a microsecond on each column of an answer before it looks at a value.
 */
export const sessionColumns: string = `concat_ws(' ', version, created_at, idle_deadline, absolute_deadline, ${started}), fields, payload`

/** The verbs of the session table, each one statement. */
export class Sessions {
  readonly #database: Database
  readonly #read: Statement
  readonly #create: Statement
  readonly #replace: Statement
  readonly #touch: Statement
  readonly #delete: Statement
  readonly #deleteVersion: Statement

  /**
   * @param database Where the table is.
   * @param table Its name.
   */
  constructor(database: Database, table: string) {
    this.#database = database
    this.#read = statement('read', readSql(table))
    this.#create = statement('create', createSql(table))
    this.#replace = statement('replace', replaceSql(table))
    this.#touch = statement('touch', touchSql(table))
    this.#delete = statement('delete', deleteSql(table))
    this.#deleteVersion = statement('delete_version', deleteVersionSql(table))
  }

  /** @returns The live record, `undefined` when there is none. A dead one raises `expired`. */
  read(address: string): Promise<StoredSession | undefined> {
    return this.#database.run(this.#read, [address]).then(([row]) => row && live(address, row))
  }

  /** Writes a new record, over a dead one where there is one. */
  create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    const lastWrite = record.writeIds.at(-1)
    return this.#database.decide(this.#create, [
      address,
      wholeMs(lifetime.idleMs),
      wholeMs(lifetime.absoluteMs),
      fieldsOf(record),
      record.payload,
      lastWrite === undefined ? null : writeIdMark(lastWrite),
    ])
  }

  /** Replaces a live record of this version. */
  replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    return this.#database.decide(this.#replace, [
      address,
      version,
      wholeMs(lifetime.idleMs),
      lifetime.absoluteMs === undefined ? null : wholeMs(lifetime.absoluteMs),
      fieldsOf(record),
      record.payload,
      writeIdMark(writeId),
    ])
  }

  /** Moves the deadlines of a live record forward. */
  async touch(address: string, { idleMs, absoluteMs }: Lifetime): Promise<'touched' | 'gone'> {
    const values = [address, wholeMs(idleMs), absoluteMs === undefined ? null : wholeMs(absoluteMs)]
    const touched = await this.#database.run(this.#touch, values)
    return touched.length > 0 ? 'touched' : 'gone'
  }

  /** Removes a live record, of this version where one is given. */
  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    if (version !== undefined) return this.#database.decide(this.#deleteVersion, [address, version])
    const deleted = await this.#database.run(this.#delete, [address])
    return deleted.length > 0 ? 'deleted' : 'gone'
  }
}

function live(address: string, row: Row): StoredSession | undefined {
  const session = sessionOfRow(address, row)
  if (session === undefined) return undefined
  if (session.now < Math.min(session.idleDeadline, session.absoluteDeadline)) return session
  channels.expired.publish({ address })
  return undefined
}

/**
 * @param row The {@link sessionColumns}.
 * @returns The session, `undefined` where the row is no record. Its payload is copied out of the driver's shared memory.
 */
export function sessionOfRow(address: string, [numbers, fields, payload]: Row): StoredSession | undefined {
  if (!(payload instanceof Uint8Array)) throw payloadError(payload)
  const record = recordOf(address, fields as string, { payload: new Uint8Array(payload) })
  if (record === undefined) return undefined
  const [version, createdAt, idleDeadline, absoluteDeadline, readAt] = (numbers as string).split(' ')
  return {
    record,
    version: Number(version),
    now: Number(readAt),
    createdAt: Number(createdAt),
    idleDeadline: Number(idleDeadline),
    absoluteDeadline: Number(absoluteDeadline),
  }
}

function payloadError(payload: unknown): SekishoError {
  const expected = 'the client must read `bytea` as a Buffer or Uint8Array'
  const mend = 'give the session store a client without a type parser of its own for `bytea`'
  return new SekishoError('ERR_STORE_SETUP', `${expected}; it gave a ${typeof payload}; ${mend}`)
}

function readSql(table: string): string {
  return `SELECT ${sessionColumns} FROM ${table} WHERE address = $1`
}

/**
 * Where nothing was created, the row as it was when the statement began says why: it lived then, and was or was not made
 * by this very write. If it is not to be seen, somebody has created it since.
 */
function createSql(table: string): string {
  return `WITH created AS (
  INSERT INTO ${table} AS present
    (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
  VALUES ($1, 1, ${now}, ${now} + $2::bigint, ${now} + $3::bigint, $4, $5)
  ON CONFLICT (address) DO UPDATE SET
    version = excluded.version, created_at = excluded.created_at,
    idle_deadline = excluded.idle_deadline, absolute_deadline = excluded.absolute_deadline,
    fields = excluded.fields, payload = excluded.payload
  WHERE present.expires_at <= ${now}
  RETURNING 1
)
SELECT coalesce(
  (SELECT 'created' FROM created),
  (SELECT CASE WHEN strpos(fields, $6::text) > 0 THEN 'created' ELSE 'exists' END
    FROM ${table} WHERE address = $1 AND expires_at > ${started}),
  'again')`
}

/**
 * Where nothing was replaced, the row as it was when the statement began says why, unless it was the very one to be
 * replaced: then somebody has replaced it since, or it has just died, and the next look tells which.
 */
function replaceSql(table: string): string {
  return `WITH replaced AS (
  UPDATE ${table} SET
    version = version + 1,
    idle_deadline = greatest(idle_deadline, ${now} + $3::bigint),
    absolute_deadline = coalesce(${now} + $4::bigint, absolute_deadline),
    fields = $5, payload = $6
  WHERE address = $1 AND version = $2::bigint AND expires_at > ${now}
  RETURNING 1
)
SELECT coalesce(
  (SELECT 'replaced' FROM replaced),
  (SELECT CASE
      WHEN version = $2::bigint THEN 'again'
      WHEN strpos(fields, $7::text) > 0 THEN 'replaced'
      ELSE 'conflict' END
    FROM ${table} WHERE address = $1 AND expires_at > ${started}),
  'gone')`
}

/** `greatest` ignores a null, which is how a touch leaves the absolute deadline alone. */
function touchSql(table: string): string {
  return `UPDATE ${table} SET
    idle_deadline = greatest(idle_deadline, ${now} + $2::bigint),
    absolute_deadline = greatest(absolute_deadline, ${now} + $3::bigint)
  WHERE address = $1 AND expires_at > ${now}
  RETURNING 1`
}

function deleteSql(table: string): string {
  return `DELETE FROM ${table} WHERE address = $1 AND expires_at > ${now} RETURNING 1`
}

/** Judges like {@link replaceSql}. */
function deleteVersionSql(table: string): string {
  return `WITH deleted AS (
  DELETE FROM ${table} WHERE address = $1 AND version = $2::bigint AND expires_at > ${now} RETURNING 1
)
SELECT coalesce(
  (SELECT 'deleted' FROM deleted),
  (SELECT CASE WHEN version = $2::bigint THEN 'again' ELSE 'conflict' END
    FROM ${table} WHERE address = $1 AND expires_at > ${started}),
  'gone')`
}
