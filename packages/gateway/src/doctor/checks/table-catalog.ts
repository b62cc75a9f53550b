import type { DriverName } from '../../config/directives/dbd.ts'
import type { SessionDatabase } from '../../session/stores/dbd/database.ts'
import { valuesOf } from './answers.ts'

/** A column as the catalog of its database has it. */
export interface CatalogColumn {
  /** `character varying(32)`, `varchar`, `TEXT`. */
  readonly type: string
  /** The most characters, where there is a limit. */
  readonly width: number | undefined
}

/** A table as the catalog of its database has it. */
export interface CatalogTable {
  /** By plain name. */
  readonly columns: ReadonlyMap<string, CatalogColumn>
  /** Columns that hold no value twice: each has a primary key or a unique index of its own. */
  readonly unique: ReadonlySet<string>
  /** Whether its rows can be taken back. */
  readonly hasTransactions: boolean
}

type Ask = (sql: string, values: readonly string[]) => Promise<unknown[][]>

/** Looks a table up. Nothing is changed, and no row is read. @returns Undefined when there is none. */
export function lookUpTable(
  driver: DriverName,
  { query }: SessionDatabase,
  table: string,
): Promise<CatalogTable | undefined> {
  const ask: Ask = async (sql, values) => valuesOf(await query(sql, [...values], true))
  switch (driver) {
    case 'pgsql':
      return inPostgres(ask, table)
    case 'mysql':
      return inMysql(ask, table)
    case 'sqlite3':
      return inSqlite(ask, table)
  }
}

/** A name without quotes. No database tells columns apart by their case alone, but for quoted ones in PostgreSQL. */
export function plainName(name: string): string {
  return name.replaceAll(/^["`[]|["`\]]$/g, '').toLowerCase()
}

async function inPostgres(ask: Ask, table: string): Promise<CatalogTable | undefined> {
  const columns = await ask(
    `SELECT a.attname::text, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
    [table],
  )
  const unique = await ask(
    `SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL`,
    [table],
  )
  return tableOf(
    columns.map(([name, type]) => [name, type, /^character(?: varying)?\((\d+)\)$/.exec(String(type))?.[1]]),
    unique,
  )
}

async function inMysql(ask: Ask, table: string): Promise<CatalogTable | undefined> {
  const parts = table.split('.').map(plainName)
  const [name = '', schema] = parts.toReversed()
  const where = `table_name = ? AND table_schema = ${schema === undefined ? 'DATABASE()' : '?'}`
  const values = schema === undefined ? [name] : [name, schema]
  const columns = await ask(
    `SELECT column_name, data_type, character_maximum_length FROM information_schema.columns WHERE ${where}`,
    values,
  )
  const unique = await ask(
    `SELECT MAX(column_name) FROM information_schema.statistics WHERE ${where} AND non_unique = 0
      GROUP BY index_name HAVING COUNT(*) = 1`,
    values,
  )
  const [engine = []] = await ask(`SELECT engine FROM information_schema.tables WHERE ${where}`, values)
  const hasTransactions = /^(?:innodb|ndbcluster|rocksdb|tokudb)$/i.test(String(engine[0] ?? 'innodb'))
  return tableOf(columns, unique, hasTransactions)
}

async function inSqlite(ask: Ask, table: string): Promise<CatalogTable | undefined> {
  const name = plainName(table.split('.').at(-1) ?? table)
  const columns = await ask('SELECT name, type, pk FROM pragma_table_info(?)', [name])
  const keys = columns.filter(([, , place]) => Number(place) > 0)
  const unique = await ask(
    `SELECT MAX(i.name) FROM pragma_index_list(?) l, pragma_index_info(l.name) i
      WHERE l."unique" = 1 AND l.partial = 0 GROUP BY l.name HAVING COUNT(*) = 1`,
    [name],
  )
  return tableOf(
    columns.map(([column, type]) => [column, type]),
    keys.length === 1 ? [...unique, ...keys] : unique,
  )
}

function tableOf(
  columns: readonly (readonly unknown[])[],
  unique: readonly (readonly unknown[])[],
  hasTransactions: boolean = true,
): CatalogTable | undefined {
  if (columns.length === 0) return undefined
  const entries = columns.map(([name, type, width]): [string, CatalogColumn] => [
    String(name).toLowerCase(),
    { type: String(type), width: width === undefined || width === null ? undefined : Number(width) },
  ])
  return {
    columns: new Map(entries),
    unique: new Set(unique.map(([name]) => String(name).toLowerCase())),
    hasTransactions,
  }
}
