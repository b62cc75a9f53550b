import { SekishoError, shown } from '../../errors.ts'

/** What a statement did, whoever carried it out. */
export interface SqlAnswer {
  /** Each row as the values of its columns, in the statement's order. */
  readonly rows: readonly (readonly unknown[])[]
  /** How many rows were inserted, changed or removed; 0 for a `SELECT`. */
  readonly affected: number
}

/**
 * Understands the answers of pg, postgres.js, mysql2, mariadb, node:sqlite, better-sqlite3 and Bun, passed on as they are,
 * and `{ rows, affected }` of anybody else.
 *
 * @throws SekishoError `ERR_STORE_CONTRACT` for anything else: not knowing what a database did is a failure.
 */
export function readAnswer(answer: unknown, wantsRows: boolean): SqlAnswer {
  const own = unwrapped(answer)
  if (wantsRows) {
    const rows = Array.isArray(own) ? own : memberOf(own, ['rows'])
    if (Array.isArray(rows)) return { rows: rows.map(valuesOf), affected: 0 }
  } else {
    const affected = memberOf(own, counters)
    if (typeof affected === 'number' || typeof affected === 'bigint') return { rows: [], affected: Number(affected) }
  }
  const expected = wantsRows ? 'a list of rows' : 'the number of affected rows'
  throw new SekishoError('ERR_STORE_CONTRACT', `\`query\` must answer with ${expected}; received ${shown(answer)}`)
}

/** The names under which drivers count. */
const counters = ['affected', 'affectedRows', 'rowCount', 'changes', 'count']

function memberOf(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const members = value as Readonly<Record<string, unknown>>
  return names.map((name) => members[name]).find((member) => member !== undefined && member !== null)
}

/** mysql2 answers `[rows or header, fields]`. */
function unwrapped(answer: unknown): unknown {
  if (!Array.isArray(answer) || answer.length !== 2) return answer
  const [first, fields] = answer as unknown[]
  return fields === undefined || isFieldList(fields) ? first : answer
}

function isFieldList(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false
  return value.every((field) => typeof field === 'object' && field !== null && 'columnType' in field)
}

function valuesOf(row: unknown): readonly unknown[] {
  if (Array.isArray(row)) return row
  return typeof row === 'object' && row !== null ? Object.values(row) : [row]
}
