import { statement, type Database, type Statement } from './database.ts'
import { setupError, sqlState } from './faults.ts'
import { createTables, type Tables } from './tables.ts'

/** SQLSTATEs of what another node has just created. */
const duplicateStates: ReadonlySet<string> = new Set([
  '23505', // unique_violation, of a catalog's index
  '42P06', // duplicate_schema
  '42P07', // duplicate_table
  '42710', // duplicate_object
])

/** How often the tables are created before a duplicate is taken for something else than another node's. */
const mostAttempts = 5

/** What an acknowledged write survives, as the server is configured. */
export type Durability = 'process' | 'machine'

interface Inspected {
  readonly durability: Durability
  readonly encoding: string
  readonly isReplica: boolean
  readonly hasSchema: boolean
  /** Types by `table.column`, of those columns that there are. */
  readonly columns: ReadonlyMap<string, string>
}

/** Creates, checks and prints the tables of one store. */
export class Schema {
  readonly #database: Database
  readonly #tables: Tables
  readonly #inspect: Statement

  /**
   * @param database Where the tables are.
   * @param tables What they are.
   */
  constructor(database: Database, tables: Tables) {
    this.#database = database
    this.#tables = tables
    this.#inspect = statement('schema', inspection(tables))
  }

  /** @returns The SQL that creates schema, tables and indexes where they are missing. */
  text(): string {
    const { schema } = this.#tables
    const before = schema === undefined ? '' : `CREATE SCHEMA IF NOT EXISTS ${schema};\n\n`
    return before + createTables(this.#tables)
  }

  /**
   * Creates what is missing and compares what is there. A role that may not create anything can call it where everything
   * is there.
   *
   * @returns What writes survive on this server.
   */
  async ensure(): Promise<Durability> {
    const before = await this.#look()
    if (before.isReplica) throw setupError('this server is a standby, which takes no writes', 'connect to the primary')
    if (before.encoding !== 'UTF8') {
      const found = `the encoding of the database must be UTF8 to hold every user id; it is ${before.encoding}`
      throw setupError(found, "use a database created with ENCODING 'UTF8'")
    }
    if (this.#missing(before).length > 0) await this.#create(before.hasSchema)
    const after = await this.#look()
    const [wrong] = [...this.#missing(after), ...this.#wrong(after)]
    if (wrong !== undefined) throw setupError(wrong, 'make it like the SQL that `store.schema()` gives')
    return after.durability
  }

  /**
   * `IF NOT EXISTS` sees what has been committed, so of two nodes that create at once the slower one is told of a duplicate
   * when the faster one is done; it then finds everything there.
   */
  async #create(hasSchema: boolean): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#database.script(hasSchema ? createTables(this.#tables) : this.text())
      } catch (error) {
        if (!duplicateStates.has(sqlState(error) ?? '') || attempt === mostAttempts) throw error
      }
    }
  }

  async #look(): Promise<Inspected> {
    const [row] = await this.#database.run(this.#inspect, [])
    const [commit, fsync, encoding, isReplica, hasSchema, columns] = row ?? []
    const pairs = Object.entries(JSON.parse(String(columns)) as Record<string, string>)
    return {
      durability: commit === 'off' || fsync === 'off' ? 'process' : 'machine',
      encoding: String(encoding),
      isReplica: isReplica === 'true',
      hasSchema: hasSchema === 'true',
      columns: new Map(pairs),
    }
  }

  #missing({ columns }: Inspected): string[] {
    const isThere = (plain: string): boolean => [...columns.keys()].some((name) => name.startsWith(`${plain}.`))
    return this.#tables.all.filter(({ plain }) => !isThere(plain)).map(({ name }) => `there is no table ${name}`)
  }

  #wrong({ columns }: Inspected): string[] {
    return this.#tables.all.flatMap((table) =>
      Object.entries(table.columns).flatMap(([column, expected]) => {
        const found = columns.get(`${table.plain}.${column}`)
        if (found === expected) return []
        return `column ${column} of ${table.name} must be ${expected}; found ${found ?? 'no such column'}`
      }),
    )
  }
}

/** Everything as text, so that it does not depend on how a client reads other types. */
function inspection({ schema, all }: Tables): string {
  const oids = all.map(({ name }) => `to_regclass('${name}')`).join(', ')
  return `SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('server_encoding'),
  pg_is_in_recovery()::text, (${schema === undefined ? 'true' : `to_regnamespace('${schema}') IS NOT NULL`})::text,
  (SELECT coalesce(json_object_agg(c.relname || '.' || a.attname,
      format_type(a.atttypid, a.atttypmod)
        || CASE WHEN l.collname = 'C' THEN ' COLLATE "C"' ELSE '' END
        || CASE WHEN a.attgenerated = 's' THEN ' GENERATED' ELSE '' END), '{}')::text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE a.attrelid IN (${oids}) AND a.attnum > 0 AND NOT a.attisdropped)`
}
