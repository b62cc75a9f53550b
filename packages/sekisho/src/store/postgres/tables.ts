/**
 * The tables of the store, once: what creates them and what a present one is compared with.
 *
 * @module
 */
import { optionError } from '../../errors.ts'
import { tableNames, type TableNames } from '../sql/names.ts'

/** One table as it must be. */
export interface Table {
  /** The name as it stands in SQL, with the schema where one is given. */
  readonly name: string
  /** The name alone. */
  readonly plain: string
  /** Columns by name, with their types as the catalog prints them. */
  readonly columns: Readonly<Record<string, string>>
}

/** All tables of one store. */
export interface Tables {
  /** The schema, quoted, where one is given. */
  readonly schema: string | undefined
  /** Names as they stand in SQL. */
  readonly names: TableNames
  /** What they consist of. */
  readonly all: readonly Table[]
}

/** Bytes compare faster than any language's order, and tell apart whatever differs. */
const key = 'text COLLATE "C"'

const columns: Readonly<Record<keyof TableNames, Readonly<Record<string, string>>>> = {
  sessions: {
    address: key,
    version: 'bigint',
    created_at: 'bigint',
    idle_deadline: 'bigint',
    absolute_deadline: 'bigint',
    expires_at: 'bigint GENERATED',
    fields: 'text',
    payload: 'bytea',
  },
  principals: { principal: key, address: key, expires_at: 'bigint' },
  epochs: { principal: key, epoch: 'bigint' },
  locks: { address: key, owner: key, expires_at: 'bigint' },
}

/**
 * @param prefix The beginning of every table's name.
 * @param schema The schema; absent: where the connection's `search_path` leads.
 * @throws SekishoUsageError `ERR_OPTION`.
 */
export function tablesOf(prefix: string, schema: string | undefined): Tables {
  const plain = tableNames(prefix)
  const quoted = schema === undefined ? undefined : quotedSchema(schema)
  const named = (name: string): string => (quoted === undefined ? name : `${quoted}.${name}`)
  const kinds = ['sessions', 'principals', 'epochs', 'locks'] as const
  const all = kinds.map((kind) => ({ name: named(plain[kind]), plain: plain[kind], columns: columns[kind] }))
  const names = {
    sessions: named(plain.sessions),
    principals: named(plain.principals),
    epochs: named(plain.epochs),
    locks: named(plain.locks),
  }
  return { schema: quoted, names, all }
}

/**
 * @returns The statements that create what is missing, for one transaction.
 */
export function createTables({ names, all }: Tables): string {
  const [sessions, principals, , locks] = all.map(({ plain }) => plain)
  return `CREATE TABLE IF NOT EXISTS ${names.sessions} (
  address           text COLLATE "C" PRIMARY KEY,
  version           bigint NOT NULL,
  created_at        bigint NOT NULL,
  idle_deadline     bigint NOT NULL,
  absolute_deadline bigint NOT NULL,
  expires_at        bigint NOT NULL GENERATED ALWAYS AS (least(idle_deadline, absolute_deadline)) STORED,
  fields            text NOT NULL,
  payload           bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS ${sessions}_expires_at ON ${names.sessions} (expires_at);

CREATE TABLE IF NOT EXISTS ${names.principals} (
  principal  text COLLATE "C" NOT NULL,
  address    text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (principal, address)
);
CREATE INDEX IF NOT EXISTS ${principals}_expires_at ON ${names.principals} (expires_at);

CREATE TABLE IF NOT EXISTS ${names.epochs} (
  principal text COLLATE "C" PRIMARY KEY,
  epoch     bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS ${names.locks} (
  address    text COLLATE "C" PRIMARY KEY,
  owner      text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ${locks}_expires_at ON ${names.locks} (expires_at);
`
}

function quotedSchema(schema: string): string {
  if (typeof schema === 'string' && /^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return `"${schema}"`
  throw optionError('schema', 'at most 63 lower-case letters, digits and `_`, not beginning with a digit', schema)
}
