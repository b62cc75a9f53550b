import type { SqlRowsOptions } from 'sekisho/store/rows'
import { ProblemError } from '../../problems.ts'

/** Statements as `sekisho/store/rows` takes them, every parameter by its name. */
export type NamedStatements = Pick<SqlRowsOptions, 'insert' | 'select' | 'update'> &
  Partial<Pick<SqlRowsOptions, 'updateIf' | 'delete' | 'deleteIf' | 'list' | 'count' | 'clean'>>

/** The statements that a configuration itself gives, in the same form. */
export type GivenStatements = Partial<Pick<NamedStatements, 'insert' | 'select' | 'update' | 'delete' | 'clean'>>

/** Where sessions are in a table, as its INSERT shows it: names as they are written there. */
export interface Columns {
  readonly table: string
  readonly id: string
  readonly data: string
  /** The time of expiry in microseconds, 0 for never; absent: the table has no column for it. */
  readonly expiry: string | undefined
}

const identifier = String.raw`(?:[\p{L}_][\p{L}\p{N}_$]*|"[^"]+"|${'`[^`]+`'})`
const name = String.raw`${identifier}(?:\.${identifier})*`
const parameter = String.raw`%\{\w+\}`

/**
 * The statements that a configuration gives, and those that follow from them: from an INSERT of the plain form where the sessions
 * are, and from statements that look at nothing else how they are compared and swapped, removed and found.
 *
 * @throws ProblemError when one is missing that cannot be derived.
 */
export function completed(given: GivenStatements): NamedStatements {
  const columns = given.insert === undefined ? undefined : columnsOf(given.insert)
  const derived: Partial<NamedStatements> = columns === undefined ? {} : derivedFrom(columns)
  const { insert, select, update }: GivenStatements = { ...derived, ...given }
  if (insert === undefined || select === undefined || update === undefined) throw missing({ insert, select, update })
  const removal = given.delete ?? derived.delete
  const whole = { ...given, insert, select, update, ...(removal !== undefined && { delete: removal }) }
  if (columns === undefined || !isPlain(whole, columns)) return whole
  return { ...derived, ...whole, updateIf: `${update.replace(/;?\s*$/, '')} AND ${columns.data} = %{expected}` }
}

function derivedFrom({ table, id, data, expiry }: Columns): Partial<NamedStatements> {
  const times = expiry === undefined ? '' : `, ${expiry} = %{expiresMicros}`
  const where = `WHERE ${id} = %{id}`
  return {
    select: `SELECT ${data} FROM ${table} ${where}`,
    update: `UPDATE ${table} SET ${data} = %{data}${times} ${where}`,
    delete: `DELETE FROM ${table} ${where}`,
    deleteIf: `DELETE FROM ${table} ${where} AND ${data} = %{expected}`,
    list: `SELECT ${id}, ${data} FROM ${table} WHERE ${id} > %{after} ORDER BY ${id} LIMIT %{limit}`,
    count: `SELECT COUNT(*) FROM ${table}`,
    ...(expiry !== undefined && {
      clean: `DELETE FROM ${table} WHERE ${expiry} <> 0 AND ${expiry} < %{nowMicros}`,
    }),
  }
}

const insertForm = new RegExp(
  String.raw`^\s*INSERT\s+INTO\s+(?<table>${name})\s*\((?<columns>[^()]+)\)\s*VALUES\s*\((?<values>[^()]+)\)\s*;?\s*$`,
  'iu',
)

/** The table and columns of a plain INSERT with named parameters; undefined for any other form. */
export function columnsOf(insert: string): Columns | undefined {
  const { table = '', columns = '', values = '' } = insertForm.exec(insert)?.groups ?? {}
  const [left, right] = [listOf(columns), listOf(values)]
  if (table === '' || left.length !== right.length || !left.every(isName) || !right.every(isParameter)) return undefined
  const [id, data, expiry] = ['id', 'data', 'expiresMicros'].map((one) => left[right.indexOf(`%{${one}}`)])
  return id === undefined || data === undefined ? undefined : { table, id, data, expiry }
}

function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

function isName(text: string): boolean {
  return new RegExp(`^${name}$`, 'u').test(text)
}

function isParameter(text: string): boolean {
  return new RegExp(`^${parameter}$`).test(text)
}

/** Whether statements look at the row of an id and nothing else; more may mean more than can be seen here. */
function isPlain({ select = '', update = '', delete: removal }: GivenStatements, columns: Columns): boolean {
  const { table, id, data, expiry = '' } = columns
  const own = `${literal(id)} = %\\{id\\}`
  const alive = `( AND \\( ?${literal(expiry)} = 0 OR ${literal(expiry)} > %\\{nowMicros\\} ?\\))?`
  const assignments = `(${name} ?= ?${parameter}(, ?)?)+`
  return (
    matches(select, `SELECT ${literal(data)} FROM ${literal(table)} WHERE ${own}${expiry === '' ? '' : alive}`) &&
    matches(update, `UPDATE ${literal(table)} SET ${assignments} WHERE ${own}`) &&
    (removal === undefined || matches(removal, `DELETE FROM ${literal(table)} WHERE ${own}`))
  )
}

/** Blanks are flexible, and letters are the same in every case. */
function matches(statement: string, form: string): boolean {
  const flexible = form.replaceAll(' = ', ' ?= ?').replaceAll(' > ', ' ?> ?')
  return new RegExp(`^${flexible} ?;?$`, 'iu').test(statement.trim().replaceAll(/\s+/g, ' '))
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

function missing(statements: Readonly<Record<'insert' | 'select' | 'update', string | undefined>>): ProblemError {
  const absent = Object.entries(statements).flatMap(([verb, sql]) => (sql === undefined ? [verb] : []))
  const list = absent.map((verb) => `SessionDBD${verb.charAt(0).toUpperCase()}${verb.slice(1)}SQL`).join(' and ')
  const message = `${list} not set`
  const fix = 'write all three of SessionDBDInsertSQL, SessionDBDSelectSQL and SessionDBDUpdateSQL, or none of them'
  return new ProblemError({ code: 'missing-directive', message, expected: list, fix })
}
