import { randomBytes } from 'node:crypto'
import type { RowStore } from 'sekisho/store/rows'
import { sqlRows } from 'sekisho/store/rows'
import { DBDParams } from '../../config/directives/dbd.ts'
import type { Directive } from '../../config/directive.ts'
import {
  SessionDBDCleanSQL,
  SessionDBDDeleteSQL,
  SessionDBDInsertSQL,
  SessionDBDSelectSQL,
  SessionDBDUpdateSQL,
} from '../../config/directives/session-dbd.ts'
import { columnsOf, type NamedStatements } from '../../session/stores/dbd/complete-statements.ts'
import type { DatabasePlan } from '../../session/stores/dbd/database-store.ts'
import type { SessionDatabase } from '../../session/stores/dbd/database.ts'
import { reasonOf } from '../../session/stores/failure.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { databasePlace, sqlCommand } from '../mend/clients.ts'
import { looksAtStores } from '../site/looks.ts'
import type { SitePatient } from '../site/patient.ts'
import { planOf, type StoreSubject } from '../site/stores.ts'
import { codesOf } from './database-faults.ts'

/** Does each statement of the site do what it is for? */
export const statementsCheck: Check<SitePatient> = {
  name: 'statements',
  asks: 'Does each statement of the configuration do what it is for? Each is tried in a transaction that is rolled back.',
  item: '7-6',
  needs: ['database', 'table'],
  looks: (patient) => looksAtStores(patient, ['dbd'], look).map((one) => ({ ...one, hasTrial: true })),
}

async function look(store: StoreSubject, patient: SitePatient): Promise<Sight> {
  const plan = planOf(store.settings)
  if (plan instanceof Error) return {}
  const { statements } = plan
  if (statements === undefined) return { details: ["none of the site's own: the gateway has its own table"] }
  const trial = new Trial(await patient.database(store), statements, store, plan)
  const findings = await trial.run()
  return { findings, details: findings.length > 0 ? [] : ['insert, select, update and delete do what they are for'] }
}

type Verb = 'insert' | 'select' | 'update' | 'delete' | 'clean'

const directives: Readonly<Record<Verb, Directive>> = {
  insert: SessionDBDInsertSQL,
  select: SessionDBDSelectSQL,
  update: SessionDBDUpdateSQL,
  delete: SessionDBDDeleteSQL,
  clean: SessionDBDCleanSQL,
}

const minuteMs = 60_000

/** The statements of a site, tried one after the other with a row that nobody else ever sees. */
class Trial {
  readonly #database: SessionDatabase
  readonly #statements: NamedStatements
  readonly #store: StoreSubject
  readonly #plan: DatabasePlan
  readonly #id = randomBytes(32).toString('hex')
  readonly #findings: Advice[] = []

  constructor(database: SessionDatabase, statements: NamedStatements, store: StoreSubject, plan: DatabasePlan) {
    this.#database = database
    this.#statements = statements
    this.#store = store
    this.#plan = plan
  }

  async run(): Promise<Advice[]> {
    await this.#try('insert', 'does not insert a row', (rows) => this.#inserted(rows))
    if (this.#findings.length > 0) return this.#findings
    await this.#try('select', 'does not find a row that was inserted', async (rows) => {
      await this.#inserted(rows)
      return (await rows.get(this.#id))?.data === 'before'
    })
    await this.#try('update', 'does not change a row', async (rows) => {
      await this.#inserted(rows)
      return (await rows.update(this.#id, 'after', minuteMs)) && (await rows.get(this.#id))?.data === 'after'
    })
    await this.#try('delete', 'does not remove a row', async (rows) => {
      await this.#inserted(rows)
      return (await rows.delete(this.#id)) && (await rows.get(this.#id)) === undefined
    })
    if (this.#statements.clean !== undefined)
      await this.#try('clean', 'fails', async (rows) => (await rows.expire?.(0, 1)) !== undefined)
    return this.#findings
  }

  async #inserted(rows: RowStore): Promise<boolean> {
    return rows.insert(this.#id, 'before', minuteMs)
  }

  /** Within one rolled-back transaction. */
  async #try(verb: Verb, fault: string, work: (rows: RowStore) => Promise<boolean>): Promise<void> {
    const { placeholder } = this.#database
    let failed: { verb: Verb; error: unknown } | undefined
    try {
      const isDone = await this.#database.rolledBack((query) => {
        const told: SessionDatabase['query'] = async (sql, values, wantsRows) => {
          try {
            return await query(sql, values, wantsRows)
          } catch (error) {
            failed = { verb: verbOf(sql) ?? verb, error }
            throw error
          }
        }
        return work(sqlRows({ ...this.#statements, query: told, placeholder }))
      })
      if (!isDone) this.#find(verb, `${directives[verb].name} ${fault}`)
    } catch (error) {
      const { verb: guilty, error: reason } = failed ?? { verb, error }
      this.#find(guilty, `${directives[guilty].name} fails: ${reasonOf(reason)}`, reason)
    }
  }

  #find(verb: Verb, message: string, error?: unknown): void {
    const { settings } = this.#store
    const place =
      settings.placeOf(directives[verb]) ?? settings.placeOf(SessionDBDInsertSQL) ?? settings.placeOf(DBDParams)
    const command = error === undefined ? undefined : this.#grant(error)
    const more = { ...place, ...(command !== undefined && { command }) }
    this.#findings.push(advice('error', 'statement-failed', message, more))
  }

  /** What a user of the database may not do somebody else has to permit him. */
  #grant(error: unknown): string | undefined {
    const codes = codesOf(error)
    const names = columnsOf(this.#statements.insert)
    const { driver, terms } = this.#plan
    const { user } = databasePlace(driver, terms.params)
    if (names === undefined || user === undefined) return undefined
    if (!codes.has('42501') && !codes.has('ER_TABLEACCESS_DENIED_ERROR')) return undefined
    const whom = driver === 'mysql' ? `'${user}'@'%'` : `"${user}"`
    return sqlCommand(driver, terms.params, `GRANT SELECT, INSERT, UPDATE, DELETE ON ${names.table} TO ${whom}`)
  }
}

/** A failing look within another verb is that of its statement. */
function verbOf(sql: string): Verb | undefined {
  const [word = ''] = sql.trim().toLowerCase().split(/\s+/, 1)
  return word === 'insert' || word === 'select' || word === 'update' || word === 'delete' ? word : undefined
}
