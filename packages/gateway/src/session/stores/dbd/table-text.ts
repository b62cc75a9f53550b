import type { DriverName } from '../../../config/directives/dbd.ts'
import { errorChain } from '../../../lib/error-chain.ts'
import type { Columns } from './complete-statements.ts'

/** How a driver's database keeps the columns of sessions. */
export interface ColumnTypes {
  /** An id has 64 hexadecimal digits. */
  readonly id: string
  readonly data: string
  /** Microseconds since 1970. */
  readonly expiry: string
}

/** MySQL's other collations take some different texts for equal, and its TEXT ends at 65,535 octets. */
export const columnTypes: Readonly<Record<DriverName, ColumnTypes>> = {
  pgsql: { id: 'VARCHAR(64)', data: 'TEXT', expiry: 'BIGINT' },
  mysql: { id: 'CHAR(64) CHARACTER SET ascii COLLATE ascii_bin', data: 'MEDIUMTEXT', expiry: 'BIGINT' },
  sqlite3: { id: 'TEXT', data: 'TEXT', expiry: 'INTEGER' },
}

/** The CREATE TABLE for the table that the statements of a site speak of. */
export function tableText(driver: DriverName, { table, id, data, expiry }: Columns): string {
  const types = columnTypes[driver]
  const columns = [`${id} ${types.id} PRIMARY KEY`, `${data} ${types.data} NOT NULL`]
  if (expiry !== undefined) columns.push(`${expiry} ${types.expiry} NOT NULL DEFAULT 0`)
  return `CREATE TABLE ${table} (${columns.join(', ')})${driver === 'mysql' ? ' ENGINE=InnoDB' : ''}`
}

/** Whether a database says that it has no such table: in the codes of PostgreSQL and MySQL, in the words of SQLite. */
export function isTableMissing(error: unknown): boolean {
  return errorChain(error).some(
    ({ code, message }) =>
      code === '42P01' || code === 'ER_NO_SUCH_TABLE' || String(message).startsWith('no such table: '),
  )
}
