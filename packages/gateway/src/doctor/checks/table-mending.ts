import type { DriverName } from '../../config/directives/dbd.ts'
import type { Columns } from '../../session/stores/dbd/complete-statements.ts'
import { columnTypes } from '../../session/stores/dbd/table-text.ts'
import { advice, type Advice } from '../finding.ts'
import { type CatalogColumn, type CatalogTable, plainName } from './table-catalog.ts'

/** What is wrong with a table, and the statement that mends it. */
export interface TableFault {
  readonly advice: Advice
  /** SQL. */
  readonly mend: string
}

/** The address of a session. */
const idWidth = 64
/** Shorter columns cut off, or refuse, what a shop keeps in a session. */
const leastData = 4096

/** Compares a table with what sessions need of it. */
export function tableFaults(driver: DriverName, names: Columns, table: CatalogTable): TableFault[] {
  const known: Known = { driver, names, table }
  return [
    lacking(known, 'id'),
    lacking(known, 'data'),
    names.expiry === undefined ? undefined : lacking(known, 'expiry'),
    narrow(known, 'id', idWidth),
    narrow(known, 'data', leastData),
    wrongKind(known),
    notUnique(known),
    withoutTransactions(known),
  ].filter((fault) => fault !== undefined)
}

interface Known {
  readonly driver: DriverName
  readonly names: Columns
  readonly table: CatalogTable
}

type Part = 'id' | 'data' | 'expiry'

function columnOf({ names, table }: Known, part: Part): CatalogColumn | undefined {
  return table.columns.get(plainName(names[part] ?? ''))
}

/** Rows that are there already get an empty text, which is no session; MySQL's own texts begin empty, and take no default. */
const fillers: Readonly<Record<Part, (driver: DriverName) => string>> = {
  id: () => '',
  data: (driver) => (driver === 'mysql' ? '' : " NOT NULL DEFAULT ''"),
  expiry: () => ' NOT NULL DEFAULT 0',
}

function lacking(known: Known, part: Part): TableFault | undefined {
  if (columnOf(known, part) !== undefined) return undefined
  const { driver, names, table } = known
  const filler = fillers[part](driver)
  const found = [...table.columns.keys()].join(', ')
  return {
    advice: advice('error', 'column-missing', `The table ${names.table} has no column ${names[part] ?? ''}`, {
      found: `the columns ${found}`,
    }),
    mend: `ALTER TABLE ${names.table} ADD COLUMN ${names[part] ?? ''} ${columnTypes[driver][part]}${filler}`,
  }
}

function narrow(known: Known, part: 'id' | 'data', least: number): TableFault | undefined {
  const column = columnOf(known, part)
  if (column === undefined) return undefined
  const { driver, names } = known
  const { type, width } = column
  const isTextual = driver !== 'pgsql' || /char|text/.test(type)
  if (isTextual && (width === undefined || width >= least)) return undefined
  const message = `The column ${names[part]} of ${names.table} cannot hold ${part === 'id' ? 'an id' : 'a session'} of ${least} characters`
  return {
    advice: advice('error', 'column-wrong', message, {
      expected: columnTypes[driver][part],
      found: width === undefined || type.includes('(') ? type : `${type}(${width})`,
    }),
    mend: retype(known, part),
  }
}

/** Microseconds since 1970 have 16 digits. */
function wrongKind(known: Known): TableFault | undefined {
  const { driver, names } = known
  const column = columnOf(known, 'expiry')
  if (names.expiry === undefined || column === undefined || driver === 'sqlite3') return undefined
  if (/bigint|numeric|decimal/i.test(column.type)) return undefined
  const message = `The column ${names.expiry} of ${names.table} cannot hold a time in microseconds`
  return {
    advice: advice('error', 'column-wrong', message, { expected: columnTypes[driver].expiry, found: column.type }),
    mend: retype(known, 'expiry'),
  }
}

function notUnique({ driver, names, table }: Known): TableFault | undefined {
  const id = plainName(names.id)
  if (!table.columns.has(id) || table.unique.has(id)) return undefined
  const message = `The column ${names.id} of ${names.table} takes the same id twice`
  const mend =
    driver === 'sqlite3'
      ? `CREATE UNIQUE INDEX ${plainName(names.table)}_${id} ON ${names.table} (${names.id})`
      : `ALTER TABLE ${names.table} ADD PRIMARY KEY (${names.id})`
  return { advice: advice('error', 'column-wrong', message, { expected: 'a primary key' }), mend }
}

function withoutTransactions({ names, table }: Known): TableFault | undefined {
  if (table.hasTransactions) return undefined
  const message = `The table ${names.table} has no transactions: a crash damages it, and its statements were not tried`
  return {
    advice: advice('warning', 'column-wrong', message, { expected: 'ENGINE=InnoDB' }),
    mend: `ALTER TABLE ${names.table} ENGINE=InnoDB`,
  }
}

function retype({ driver, names }: Known, part: Part): string {
  const [column = '', type] = [names[part], columnTypes[driver][part]]
  if (driver === 'pgsql')
    return `ALTER TABLE ${names.table} ALTER COLUMN ${column} TYPE ${type} USING ${column}::text::${type}`
  return `ALTER TABLE ${names.table} MODIFY COLUMN ${column} ${type} NOT NULL`
}
