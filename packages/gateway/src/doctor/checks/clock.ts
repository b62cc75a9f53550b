import { DBDriver } from '../../config/directives/dbd.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot } from '../mend/shell.ts'
import { looksAtStores } from '../site/looks.ts'
import type { SitePatient } from '../site/patient.ts'
import type { StoreSubject } from '../site/stores.ts'
import { valuesOf } from './answers.ts'

/** Do the clocks agree? */
export const clockCheck: Check<SitePatient> = {
  name: 'clock',
  asks: 'Does the clock of this machine agree with that of the store?',
  needs: ['database', 'redis'],
  looks: (patient) => looksAtStores(patient, ['dbd', 'redis'], look),
}

/** From so much on somebody could notice; from a minute on sessions end too early or too late. */
const oddMs = 2000
const badMs = 60_000

async function look(store: StoreSubject, patient: SitePatient): Promise<Sight> {
  const before = patient.now()
  const theirs = await clockOf(store, patient)
  if (theirs === undefined) return { details: [`${store.name} goes by the clock of this machine`] }
  const skew = theirs - (before + patient.now()) / 2
  const details = [`${store.name}: its clock differs by ${Math.round(skew)} ms`]
  return { findings: clockFindings(store.name, skew), details }
}

/** What is to be said about a difference of clocks. @param skewMs How far the store's is ahead. */
export function clockFindings(name: string, skewMs: number): Advice[] {
  const distance = Math.abs(skewMs)
  if (distance < oddMs) return []
  const seconds = (distance / 1000).toFixed(1)
  const message = `The clock of ${name} is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of this machine: sessions end at the wrong time`
  const fix = 'let both machines ask a time server'
  return [
    advice(distance < badMs ? 'warning' : 'error', 'clock-skew', message, {
      fix,
      command: asRoot('timedatectl set-ntp true'),
    }),
  ]
}

/** Milliseconds since 1970; undefined where there is no other clock. */
async function clockOf(store: StoreSubject, patient: SitePatient): Promise<number | undefined> {
  if (store.kind === 'redis') {
    const [seconds = 0, micros = 0] = (await (await patient.redis(store)).time()).map(Number)
    return seconds * 1000 + micros / 1000
  }
  const driver = store.settings.get(DBDriver)
  if (driver === 'sqlite3' || driver === undefined) return undefined
  const sql =
    driver === 'pgsql' ? 'SELECT extract(epoch FROM clock_timestamp())::text' : 'SELECT UNIX_TIMESTAMP(SYSDATE(6))'
  const { query } = await patient.database(store)
  const [[seconds] = []] = valuesOf(await query(sql, [], true))
  return Number(seconds) * 1000
}
