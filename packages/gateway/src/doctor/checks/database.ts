import { missingDatabase } from '../../config/missing-store.ts'
import { DBDParams, DBDriver } from '../../config/directives/dbd.ts'
import { Session } from '../../config/directives/session.ts'
import { ProblemError } from '../../session/problems.ts'
import type { DatabasePlan } from '../../session/stores/dbd/database-store.ts'
import type { SessionDatabase } from '../../session/stores/dbd/database.ts'
import { reasonOf } from '../../session/stores/failure.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { databasePlace, isElsewhere } from '../mend/clients.ts'
import { looksAtStores } from '../site/looks.ts'
import type { SitePatient } from '../site/patient.ts'
import { isFileMissing, planOf, type StoreSubject } from '../site/stores.ts'
import { connectionAdvice } from './database-faults.ts'
import { valuesOf } from './answers.ts'

/** Does the database answer, and let the gateway in? */
export const databaseCheck: Check<SitePatient> = {
  name: 'database',
  asks: 'Are DBDriver and DBDParams complete, does the database answer, does it let the gateway in, and is the connection encrypted where it leaves the machine?',
  item: '7-6',
  needs: ['configuration'],
  looks: (patient) => looksAtStores(patient, ['dbd'], look),
}

async function look(store: StoreSubject, patient: SitePatient): Promise<Sight> {
  const { settings } = store
  const plan = planOf(settings)
  if (plan instanceof Error) return { findings: [incomplete(store, plan)] }
  const place = settings.placeOf(DBDParams) ?? {}
  if (isFileMissing(plan)) return withoutFile(plan)
  try {
    const started = performance.now()
    const database = await patient.database(store)
    await database.query('SELECT 1', [], true)
    const ms = Math.ceil(performance.now() - started)
    const weakness = await openLine(plan, database)
    const findings = weakness === undefined ? [] : [{ ...weakness, ...place }]
    return { findings, details: [`${store.name} answers, after ${ms} ms`] }
  } catch (error) {
    if (error instanceof ProblemError) return { findings: [{ severity: 'error', ...place, ...error.problem }] }
    return { findings: [{ ...connectionAdvice(error, plan, reasonOf(error)), ...place }] }
  }
}

function incomplete({ settings }: StoreSubject, { problem }: ProblemError): Advice {
  const absent = [DBDriver, DBDParams].find((directive) => settings.own<unknown>(directive) === undefined)
  const { code: _, message, ...rest } = absent === undefined ? problem : missingDatabase(absent)
  return advice('error', 'store-missing', message, { ...settings.placeOf(Session), ...rest })
}

/** SQLite makes the file with the first connection: for sites with a table of their own that is too late for the table. */
function withoutFile({ statements, terms }: DatabasePlan): Sight {
  if (statements !== undefined) return { details: [`${terms.params} is not there yet`] }
  return {
    details: [`${terms.params} is made when the gateway first starts`],
    stops: 'the database is made when the gateway first starts',
  }
}

/** TLS matters where the connection leaves the machine. */
async function openLine({ driver, terms }: DatabasePlan, database: SessionDatabase): Promise<Advice | undefined> {
  const { host } = databasePlace(driver, terms.params)
  if (driver === 'sqlite3' || !isElsewhere(host)) return undefined
  if (await isEncrypted(driver, database)) return undefined
  const message = `The connection to the database at ${host} is not encrypted`
  const fix =
    driver === 'pgsql'
      ? 'write sslmode=verify-full and sslrootcert=… into DBDParams'
      : 'put both into a private network, or a tunnel between them'
  return advice('warning', 'not-encrypted', message, { fix })
}

async function isEncrypted(driver: 'pgsql' | 'mysql', { query }: SessionDatabase): Promise<boolean> {
  const sql =
    driver === 'pgsql'
      ? 'SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
      : "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'"
  const [row = []] = valuesOf(await query(sql, [], true))
  const value = String(row[0] ?? '')
  return value !== '' && value !== 'false'
}
