import { SekishoError, SekishoUsageError } from 'sekisho'
import { rowSessions, sqlRows } from 'sekisho/store/rows'
import type { Problem } from '../../../config/diagnostics.ts'
import { missingDatabase } from '../../../config/missing-store.ts'
import type { SettingsView } from '../../../config/directive.ts'
import {
  DBDExptime,
  DBDInitSQL,
  DBDKeep,
  DBDMax,
  DBDMin,
  DBDParams,
  DBDPersist,
  DBDriver,
  type DriverName,
} from '../../../config/directives/dbd.ts'
import { SessionDBDInsertSQL } from '../../../config/directives/session-dbd.ts'
import { about, ProblemError } from '../../problems.ts'
import type { Lease, SharedResources } from '../../shared-resources.ts'
import { PreparedStore } from '../prepared-store.ts'
import { reasonOf } from '../failure.ts'
import { columnsOf, type NamedStatements } from './complete-statements.ts'
import type { DatabaseTerms, SessionDatabase } from './database.ts'
import { ownStatements } from './own-statements.ts'
import { isTableMissing, tableText } from './table-text.ts'

/** What the DBD directives add up to: the database, and the site's own statements where it has some. */
export interface DatabasePlan {
  readonly driver: DriverName
  readonly terms: Omit<DatabaseTerms, 'onError'>
  readonly statements: NamedStatements | undefined
}

/** Reads the plan. @throws ProblemError for what is missing or cannot be read. */
export function databasePlan(settings: SettingsView): DatabasePlan {
  const [driver, params] = [settings.get(DBDriver), settings.get(DBDParams)]
  // Only a warning: a .htaccess file, which is read later, cannot say it, but sections without visitors do no harm.
  if (driver === undefined || params === undefined) {
    const problem = missingDatabase(driver === undefined ? DBDriver : DBDParams)
    throw new ProblemError(problem, { severity: 'warning' })
  }
  const max = Math.max(settings.get(DBDMax), 1)
  return {
    driver,
    terms: {
      params,
      init: settings.get(DBDInitSQL),
      min: Math.min(settings.get(DBDMin), max),
      keep: Math.min(settings.get(DBDKeep), max),
      max,
      idleSeconds: settings.get(DBDPersist) ? settings.get(DBDExptime) : 0,
    },
    statements: ownStatements(settings),
  }
}

/** Opens the store of a plan. Sections with the same database share its connections, with the same statements the store too. */
export async function databaseStore(
  { driver, terms, statements }: DatabasePlan,
  resources: SharedResources,
  onError: (error: unknown) => void,
): Promise<Lease<PreparedStore>> {
  const open = await opener(driver)
  const key = JSON.stringify([driver, terms])
  const database = resources.take(`database ${key}`, () => about(DBDParams, () => open({ ...terms, onError })))
  try {
    const storeKey = `table ${key} ${JSON.stringify(statements)}`
    const store = resources.take(storeKey, () => storeIn(database.resource, { driver, statements }))
    const release = () => store.release().finally(() => database.release())
    return { resource: store.resource, release }
  } catch (error) {
    await database.release()
    throw error
  }
}

/** What is to be said about statements that cannot be compared and swapped. */
export function unfencedProblem({ statements }: DatabasePlan): Problem | undefined {
  if (statements === undefined || statements.updateIf !== undefined) return undefined
  const message =
    'The statements are of a form of their own, so that of two overlapping requests the later one overwrites the other'
  const expected =
    'INSERT INTO table (id, data) VALUES (%s, %s), SELECT data FROM table WHERE id = %s and UPDATE table SET data = %s WHERE id = %s'
  return { code: 'weak-setting', message, expected, fix: 'use a table and statements of the plain form' }
}

function storeIn(
  database: SessionDatabase,
  { driver, statements }: Pick<DatabasePlan, 'driver' | 'statements'>,
): PreparedStore {
  if (statements === undefined) return new PreparedStore(database.ownStore())
  const { query, placeholder } = database
  const store = rowSessions(readable(() => sqlRows({ ...statements, query, placeholder })))
  const prepare = () =>
    store.ready().catch((error: unknown) => {
      throw withTable(error, driver, statements)
    })
  return new PreparedStore({ store, prepare })
}

/** A table that is missing is told with the statement that makes it. */
function withTable(error: unknown, driver: DriverName, { insert }: NamedStatements): unknown {
  const columns = isTableMissing(error) ? columnsOf(insert) : undefined
  if (columns === undefined) return error
  const message = `The store of the sessions cannot be used: ${reasonOf(error)}; make it with: ${tableText(driver, columns)}`
  return new SekishoError('ERR_STORE_SETUP', message, { cause: error })
}

/** Parameters between quotes, or signs that are the driver's: only the library looks at those. */
function readable<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof SekishoUsageError)) throw error
    const expected = 'unquoted placeholders, and no ? or $1 beside them'
    throw new ProblemError({ code: 'bad-value', message: error.message, expected }, { at: SessionDBDInsertSQL })
  }
}

/** How a database is opened. The drivers are loaded by those who use them. */
export async function opener(driver: DriverName): Promise<(terms: DatabaseTerms) => SessionDatabase> {
  switch (driver) {
    case 'pgsql':
      return (await import('./pgsql-database.ts')).pgsqlDatabase
    case 'mysql':
      return (await import('./mysql-database.ts')).mysqlDatabase
    case 'sqlite3':
      return (await import('./sqlite-database-node.ts')).sqliteDatabase
  }
}
