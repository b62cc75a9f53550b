import { servers } from '../contexts.ts'
import { type Directive, keyed, listed, type ModuleTable, optional, single } from '../directive.ts'
import { flag, oneOf, text, wholeNumber } from '../readers.ts'

/** The databases that the gateway has a client for; `mysql` covers MariaDB. */
export type DriverName = 'mysql' | 'pgsql' | 'sqlite3'

const drivers = ['mysql', 'pgsql', 'sqlite3'] as const

export const DBDriver: Directive<DriverName | undefined> = optional<DriverName>({
  name: 'DBDriver',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'mysql|pgsql|sqlite3',
  read: oneOf(drivers, { exact: true }),
  help: 'The kind of database.',
})

export const DBDParams: Directive<string | undefined> = optional({
  name: 'DBDParams',
  contexts: servers,
  takes: 'TAKE1',
  syntax: '"parameters"',
  read: text,
  help: 'How to reach the database.',
  notes:
    'mysql: `host=…,port=…,user=…,pass=…,dbname=…`; pgsql: the words of a libpq connection string; sqlite3: the path of the file.',
})

export const DBDPersist: Directive<boolean> = single({
  name: 'DBDPersist',
  contexts: servers,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: true,
  help: 'Whether connections are kept between requests.',
})

export const DBDPrepareSQL: Directive<ReadonlyMap<string, string>> = keyed<string>({
  name: 'DBDPrepareSQL',
  contexts: servers,
  takes: 'TAKE12',
  syntax: '["SQL"] label',
  // With one argument it is the label, and its statement is taken away.
  read: ({ words: [sql, label] }) => (label === undefined ? [sql?.text ?? '', ''] : [label.text, sql?.text ?? '']),
  help: 'Gives a statement a label; a label alone takes the statement of the server away.',
})

export const DBDInitSQL: Directive<readonly string[]> = listed({
  name: 'DBDInitSQL',
  contexts: servers,
  takes: 'TAKE1',
  syntax: '"SQL"',
  read: ({ words }) => words.map((word) => word.text),
  help: 'A statement to run on every new connection.',
})

export const DBDMin: Directive<number> = count('DBDMin', 1, 'How many connections are kept open at least.')
export const DBDKeep: Directive<number> = count(
  'DBDKeep',
  2,
  'How many connections are kept open while nobody uses them.',
)
export const DBDMax: Directive<number> = count('DBDMax', 10, 'How many connections there are at most.')

export const DBDExptime: Directive<number> = single({
  name: 'DBDExptime',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'seconds',
  read: wholeNumber({ unit: 'seconds' }),
  initial: 300,
  help: 'How long a connection that nobody uses is kept.',
})

function count(name: string, initial: number, help: string): Directive<number> {
  return single({
    name,
    contexts: servers,
    takes: 'TAKE1',
    syntax: 'number',
    read: wholeNumber({ unit: 'connections' }),
    initial,
    help,
  })
}

export const dbdModule: ModuleTable = {
  file: 'mod_dbd.c',
  id: 'dbd_module',
  help: 'Connections to a database.',
  directives: [DBDriver, DBDParams, DBDPersist, DBDPrepareSQL, DBDInitSQL, DBDMin, DBDKeep, DBDMax, DBDExptime],
}
