import { DBDParams } from '../../config/directives/dbd.ts'
import { SessionDBDInsertSQL } from '../../config/directives/session-dbd.ts'
import { columnsOf } from '../../session/stores/dbd/complete-statements.ts'
import type { DatabasePlan } from '../../session/stores/dbd/database-store.ts'
import type { SessionDatabase } from '../../session/stores/dbd/database.ts'
import { tableText } from '../../session/stores/dbd/table-text.ts'
import type { Check, Sight } from '../check.ts'
import { advice } from '../finding.ts'
import { sqlCommand } from '../mend/clients.ts'
import { looksAtStores } from '../site/looks.ts'
import type { SitePatient } from '../site/patient.ts'
import { isFileMissing, planOf, type StoreSubject } from '../site/stores.ts'
import { valuesOf } from './answers.ts'
import { lookUpTable } from './table-catalog.ts'
import { tableFaults } from './table-mending.ts'

/** Is the table of the sessions there, with columns that hold them? */
export const tableCheck: Check<SitePatient> = {
  name: 'table',
  asks: 'Is the table of the sessions there, with the columns that the statements name, wide enough, and with a primary key?',
  item: '7-6',
  needs: ['database'],
  looks: (patient) => looksAtStores(patient, ['dbd'], look),
}

async function look(store: StoreSubject, patient: SitePatient): Promise<Sight> {
  const plan = planOf(store.settings)
  if (plan instanceof Error) return {}
  const { driver, terms, statements } = plan
  if (statements === undefined) return lookAtOwn(store, plan, await patient.database(store))
  const names = columnsOf(statements.insert)
  if (names === undefined)
    return { details: ['the statements are of a form of their own: the table was not looked at, only tried'] }
  const place = store.settings.placeOf(SessionDBDInsertSQL) ?? store.settings.placeOf(DBDParams) ?? {}
  const table = isFileMissing(plan) ? undefined : await lookUpTable(driver, await patient.database(store), names.table)
  if (table === undefined) {
    const command = sqlCommand(driver, terms.params, tableText(driver, names))
    return { findings: [advice('error', 'table-missing', `There is no table ${names.table}`, { ...place, command })] }
  }
  const findings = tableFaults(driver, names, table).map((fault) => ({
    ...fault.advice,
    ...place,
    command: sqlCommand(driver, terms.params, fault.mend),
  }))
  return {
    findings,
    details: findings.length > 0 ? [] : [`${names.table} has what sessions need`],
    ...(!table.hasTransactions && { stops: `${names.table} has no transactions` }),
  }
}

/** The gateway makes its own tables, where it may. What is there it has made itself, and compares at every start. */
async function lookAtOwn({ settings }: StoreSubject, plan: DatabasePlan, database: SessionDatabase): Promise<Sight> {
  const { driver, terms } = plan
  const { schema, prepare } = database.ownStore()
  const tables = [...schema.matchAll(/CREATE TABLE IF NOT EXISTS (\w+)/g)].map(([, name = '']) => name)
  const found = await Promise.all(tables.map((name) => lookUpTable(driver, database, name)))
  const absent = tables.filter((_, at) => found[at] === undefined)
  if (absent.length === 0) {
    await prepare()
    return { details: [`${tables.join(', ')} have what sessions need`] }
  }
  const place = settings.placeOf(DBDParams) ?? {}
  if (driver === 'pgsql' && !(await mayCreate(database))) {
    const message = `There is no table ${absent.join(', ')}, and the user of the database may not make any`
    const command = sqlCommand(driver, terms.params, schema)
    const fix = 'run it as a user who may'
    return { findings: [advice('error', 'table-missing', message, { ...place, fix, command })] }
  }
  return {
    details: [`${absent.join(', ')}: made when the gateway first starts`],
    stops: 'the tables are made when the gateway first starts',
  }
}

async function mayCreate({ query }: SessionDatabase): Promise<boolean> {
  const sql = "SELECT has_schema_privilege(current_schema(), 'CREATE')::text"
  const [[answer] = []] = valuesOf(await query(sql, [], true))
  return String(answer) === 'true'
}
