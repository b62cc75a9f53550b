import { optionError, SekishoError } from '../../errors.ts'
import type { Awaitable, StoreCapabilities } from '../contract.ts'
import { readAnswer, type SqlAnswer } from './answers.ts'
import type { ListedRow, Row, RowStore } from './contract.ts'
import { derive } from './derive.ts'
import { Fit } from './fit.ts'
import { compile, type Parameters, type PlaceholderStyle, type Statement, type StatementShape } from './statement.ts'

/**
 * Settings of {@link sqlRows}. In every statement `%s` stands for the parameters in the order that is given here, or
 * `%{name}` for each by its name; names that may stand in addition: `expires` (when the row is dead, epoch milliseconds, 0
 * for never), `expiresMicros` (the same in microseconds, as `mod_session_dbd` keeps it), `now` and `nowMicros`.
 */
export interface SqlRowsOptions {
  /**
   * Carries out a statement with the driver. What pg, postgres.js, mysql2, mariadb, node:sqlite, better-sqlite3 and Bun
   * answer is understood as it is; others answer `{ rows, affected }`.
   *
   * @param wantsRows Whether the statement is a `SELECT`, for drivers with a method of its own for those.
   */
  readonly query: (sql: string, params: (string | number)[], wantsRows: boolean) => unknown
  /** How the driver marks parameters: `?` (mysql2, SQLite) or `$1` (PostgreSQL). */
  readonly placeholder: PlaceholderStyle
  /** Inserts `id, data`, in this order. The table needs a primary key or a unique index on the id. */
  readonly insert: string
  /** Selects the data of `id`; the first column counts. */
  readonly select: string
  /** Updates `data, id`, in this order. */
  readonly update: string
  /** Updates `data, id, expected` where the data still is `expected` (derived from the others, where they are simple). */
  readonly updateIf?: string
  /** Deletes `id` (derived; without it, a deleted row stays, empty). */
  readonly delete?: string
  /** Deletes `id, expected` where the data still is `expected` (derived; given together with `updateIf`). */
  readonly deleteIf?: string
  /** Selects id and data of the next rows `after, limit`, ordered by id (derived). */
  readonly list?: string
  /** Selects the number of rows (derived). */
  readonly count?: string
  /** Deletes the rows that were dead before `now`, for a table with a column for it. */
  readonly clean?: string
  /** Digits of a session's address that make its id, 32 to 64, for a narrow column (64). */
  readonly idLength?: number
  /** What an acknowledged write survives: `no`, a crash of the `process`, or of the `machine` (`machine`). */
  readonly durable?: StoreCapabilities['durable']
  /** Whether several processes use the table (`true`). */
  readonly shared?: boolean
  /** The clock, in epoch milliseconds (`Date.now`). All processes that share the table must agree about it. */
  readonly now?: () => Awaitable<number>
}

/** An insert is tried so often when the id seems to be taken and free at once. */
const mostInserts = 3

const times = ['expires', 'expiresMicros', 'now', 'nowMicros'] as const

/** What each statement takes. */
const shapes = {
  insert: { option: 'insert', positions: ['id', 'data'], optional: times },
  select: { option: 'select', positions: ['id'], optional: ['now', 'nowMicros'] },
  update: { option: 'update', positions: ['data', 'id'], optional: times },
  updateIf: { option: 'updateIf', positions: ['data', 'id', 'expected'], optional: times },
  delete: { option: 'delete', positions: ['id'] },
  deleteIf: { option: 'deleteIf', positions: ['id', 'expected'] },
  list: { option: 'list', positions: ['after', 'limit'], optional: ['now', 'nowMicros'] },
  count: { option: 'count', positions: [] },
  clean: { option: 'clean', positions: ['now'], required: [], optional: ['nowMicros', 'limit'] },
} as const satisfies Readonly<Record<string, StatementShape>>

type StatementName = keyof typeof shapes

/**
 * A table of the user's own, by the user's own statements. From the plain form of the first three (as in
 * {@link rowSessions}) the others are derived, so that nothing is lost between processes.
 *
 * @throws SekishoUsageError `ERR_OPTION` for a statement with the wrong parameters.
 */
export function sqlRows(options: SqlRowsOptions): RowStore {
  const { query, placeholder } = options
  if (typeof query !== 'function') throw optionError('query', 'a function (sql, params) of your driver', query)
  if (placeholder !== '?' && placeholder !== '$1') throw optionError('placeholder', '`?` or `$1`', placeholder)
  if ((options.updateIf === undefined) !== (options.deleteIf === undefined)) {
    throw optionError('deleteIf', 'given together with `updateIf`', options.deleteIf)
  }
  return new SqlRows(options)
}

/** @internal */
class SqlRows implements RowStore {
  readonly durable: StoreCapabilities['durable']
  readonly shared: boolean
  readonly idLength: number
  declare readonly updateIf?: RowStore['updateIf'] & {}
  declare readonly deleteIf?: RowStore['deleteIf'] & {}
  declare readonly list?: RowStore['list'] & {}
  declare readonly count?: RowStore['count'] & {}
  declare readonly expire?: RowStore['expire'] & {}

  readonly #query: SqlRowsOptions['query']
  readonly #now: () => Awaitable<number>
  readonly #statements = new Map<StatementName, Statement>()
  readonly #fit: Fit

  constructor(options: SqlRowsOptions) {
    const { durable = 'machine', shared = true, idLength = 64, query, now = Date.now } = options
    this.durable = durable
    this.shared = shared
    this.idLength = idLength
    this.#query = query
    this.#now = now
    const derived = derive(options.insert, options.select, options.update)
    for (const name of Object.keys(shapes) as StatementName[]) {
      const source = options[name] ?? (name === 'clean' ? undefined : derived?.[name as keyof typeof derived])
      const isNeeded = name === 'insert' || name === 'select' || name === 'update'
      if (source === undefined && !isNeeded) continue
      this.#statements.set(name, compile(source, shapes[name], options.placeholder))
    }
    this.#fit = new Fit(this, (id) => this.#raw(id), idLength)
    if (this.#statements.has('updateIf')) this.updateIf = (...given) => this.#updateIf(...given)
    if (this.#statements.has('deleteIf')) this.deleteIf = (...given) => this.#deleteIf(...given)
    if (this.#statements.has('clean')) this.expire = (...given) => this.#expire(...given)
    if (this.#statements.has('list')) this.list = (...given) => this.#list(...given)
    if (this.#statements.has('count')) this.count = () => this.#count()
  }

  now(): Awaitable<number> {
    return this.#now()
  }

  async ready(): Promise<void> {
    await this.#fit.ensure(0)
  }

  /** Empty data is a row that was deleted without a `delete` statement. */
  async get(id: string): Promise<Row | undefined> {
    const data = await this.#raw(id)
    return data === undefined || data === '' ? undefined : { data }
  }

  /** A duplicate id is an error in every database, each with a code of its own: looking tells, whatever it was. */
  async insert(id: string, data: string, dueMs: number): Promise<boolean> {
    await this.#fit.ensure(data.length)
    return this.put(id, data, dueMs)
  }

  /** An insert without a look at the columns. @internal */
  async put(id: string, data: string, dueMs: number): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if ((await this.#inserted(id, data, dueMs)) === 1) return true
      } catch (error) {
        // An id that others take and give back all the time is taken whenever it is tried, and free whenever it is looked at.
        if (attempt === mostInserts && isDuplicate(error)) return false
        if (attempt === mostInserts) throw error
      }
      const present = await this.#raw(id)
      if (present === data) return true
      if (present === '') return (await this.updateIf?.(id, data, '', dueMs)) ?? this.#update(id, data, dueMs)
      if (present !== undefined || attempt === mostInserts) return false
      // The id was taken and is not any more, or by a row that cannot be seen; else the next attempt fails as this one did.
      await this.#removeHidden(id)
    }
  }

  async #inserted(id: string, data: string, dueMs: number): Promise<number> {
    const { affected } = await this.#run('insert', { id, data, ...(await this.#times(dueMs)) })
    return affected
  }

  /** A `select` that compares times leaves dead rows out, and those still occupy their ids. */
  async #removeHidden(id: string): Promise<void> {
    const { names = [] } = this.#statements.get('select') ?? {}
    if (!names.includes('now') && !names.includes('nowMicros')) return
    if (this.#statements.has('delete')) await this.#run('delete', { id })
  }

  async update(id: string, data: string, dueMs: number): Promise<boolean> {
    await this.#fit.ensure(data.length)
    return this.#update(id, data, dueMs)
  }

  async #update(id: string, data: string, dueMs: number): Promise<boolean> {
    const answer = await this.#run('update', { id, data, ...(await this.#times(dueMs)) })
    return this.#isThere(answer, id, data)
  }

  async delete(id: string): Promise<boolean> {
    const known = await this.#raw(id)
    if (known === undefined || known === '') return false
    if (!this.#statements.has('delete')) return this.#update(id, '', 0)
    const { affected } = await this.#run('delete', { id })
    return affected > 0
  }

  async #updateIf(id: string, data: string, expected: string, dueMs: number): Promise<boolean> {
    await this.#fit.ensure(data.length)
    const answer = await this.#run('updateIf', { id, data, expected, ...(await this.#times(dueMs)) })
    return this.#isThere(answer, id, data)
  }

  async #deleteIf(id: string, expected: string): Promise<boolean> {
    const { affected } = await this.#run('deleteIf', { id, expected })
    return affected > 0
  }

  async #list(after = '', limit: number): Promise<ListedRow[]> {
    const { rows } = await this.#run('list', { after, limit, ...(await this.#times(0)) })
    return rows.map(([id, data]) => ({ id: String(id), data: textOf(data) }))
  }

  async #count(): Promise<number> {
    const { rows } = await this.#run('count', {})
    return Number(rows[0]?.[0] ?? 0)
  }

  async #expire(instant: number, limit: number): Promise<number> {
    const { affected } = await this.#run('clean', { now: instant, nowMicros: instant * 1000, limit })
    return affected
  }

  /**
   * MySQL can count the rows that it changed instead of those that it found: then the row tells whether it is what was
   * written.
   */
  async #isThere({ affected }: SqlAnswer, id: string, data: string): Promise<boolean> {
    return affected > 0 || (await this.#raw(id)) === data
  }

  async #raw(id: string): Promise<string | undefined> {
    const { rows } = await this.#run('select', { id, ...(await this.#times(0)) })
    const [row] = rows
    return row === undefined ? undefined : textOf(row[0])
  }

  async #times(dueMs: number): Promise<Parameters> {
    const now = await this.#now()
    const expires = Number.isFinite(dueMs) ? now + Math.ceil(dueMs) : 0
    return { now, nowMicros: now * 1000, expires, expiresMicros: expires * 1000 }
  }

  async #run(name: StatementName, parameters: Parameters): Promise<SqlAnswer> {
    const statement = this.#statements.get(name)
    if (statement === undefined) throw optionError(name, 'a statement', undefined)
    const { sql, params } = statement.with(parameters)
    const wantsRows = name === 'select' || name === 'list' || name === 'count'
    return readAnswer(await this.#query(sql, params, wantsRows), wantsRows)
  }
}

/** What PostgreSQL, MySQL and SQLite (by both of its drivers' ways to say it) call a unique key that exists. */
const duplicateCodes: ReadonlySet<unknown> = new Set([
  '23505',
  'ER_DUP_ENTRY',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  'SQLITE_CONSTRAINT_UNIQUE',
  1555,
  2067,
])

function isDuplicate(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  return duplicateCodes.has(code) || duplicateCodes.has(errcode)
}

const decoder = new TextDecoder()

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (value instanceof Uint8Array) return decoder.decode(value)
  const mend = 'make it a column of text, such as MEDIUMTEXT or TEXT'
  throw new SekishoError(
    'ERR_STORE_SETUP',
    `the data column gives neither text nor bytes, but a ${typeof value}; ${mend}`,
  )
}
