import { SekishoError } from 'sekisho'
import { reasonOf } from '../../session/stores/failure.ts'
import { jarProblems } from '../browser/jar.ts'
import { parseSetCookie } from '../browser/set-cookie.ts'
import { type Check, once, type Sight } from '../check.ts'
import { clockFindings } from '../checks/clock.ts'
import { advice, type Advice } from '../finding.ts'
import { quoted } from '../mend/shell.ts'
import { partedMend } from '../mend/told.ts'
import { isTableMissing } from '../../session/stores/dbd/table-text.ts'
import type { Definition, Exported, ExportedStore } from './exports.ts'
import type { ModulePatient } from './patient.ts'

const moduleCheck: Check<ModulePatient> = {
  name: 'module',
  asks: 'Can the module be imported, and does it export a definition of sessions, a store or a key ring?',
  needs: [],
  looks: (patient) => once(() => lookAtModule(patient)),
}

/** What no look from outside can tell. */
const unseen = [
  'not seen from outside: whether data is encrypted at rest, which adapter serves it, what stands in front of the server',
  'not seen from outside: options of the store that say nothing in its behaviour, and the connection of its client',
]

function lookAtModule({ file, failure, exports }: ModulePatient): Sight {
  if (failure !== undefined)
    return { findings: [advice('error', 'module-failed', `${file} cannot be imported: ${failure}`, { file })] }
  const { definitions, stores, rings } = exports
  const names = [...definitions, ...stores, ...rings].map(({ name }) => name)
  if (names.length > 0) return { details: [`found: ${names.join(', ')}`, ...unseen] }
  const message = `${file} exports nothing that can be looked at`
  const fix = 'export what defineSession gives: export const sessions = defineSession({ … })'
  return {
    findings: [advice('error', 'module-failed', message, { file, expected: 'sessions, stores or key rings', fix })],
  }
}

const storeCheck: Check<ModulePatient> = {
  name: 'store',
  asks: 'Does each exported store answer, are its tables there, and what does it guarantee?',
  needs: ['module'],
  looks: (patient) => patient.exports.stores.map((about) => ({ about, run: () => lookAtStore(about, patient) })),
}

/** An address that no session has. */
const nobody = '0'.repeat(64)

async function lookAtStore({ name, value: store }: Exported<ExportedStore>, { file }: ModulePatient): Promise<Sight> {
  const { durable, shared, fenced } = store.capabilities
  const guarantees = `${name}: durable ${durable}, ${shared ? 'shared' : 'of one process'}, ${fenced ? 'fenced' : 'not fenced'}`
  try {
    const started = performance.now()
    await store.read(nobody)
    const ms = Math.ceil(performance.now() - started)
    const findings = durable === 'no' ? [forgetful(name)] : []
    return { findings, details: [`${name} answers, after ${ms} ms`, guarantees] }
  } catch (error) {
    return { findings: [storeFault(name, store, { file, error })] }
  }
}

function forgetful(name: string): Advice {
  const message = `${name} keeps sessions in memory only: when the process ends they are gone`
  return advice('info', 'not-durable', message, { fix: 'use a file, SQLite, SQL or Redis store where that matters' })
}

function storeFault(name: string, store: ExportedStore, { file, error }: { file: string; error: unknown }): Advice {
  if (isTableMissing(error) && store.ensureSchema !== undefined) {
    const script = `const { ${name.split('.')[0]} } = await import(${JSON.stringify(file)}); await ${name}.ensureSchema(); process.exit()`
    return advice('error', 'table-missing', `${name} has no tables yet: ${reasonOf(error)}`, {
      fix: 'call ensureSchema() when the server starts, or once by hand',
      command: `node --input-type=module -e ${quoted(script)}`,
    })
  }
  const told = error instanceof SekishoError || isOurs(error) ? partedMend((error as Error).message) : { what: '' }
  const { what, ...mend } = told
  const isSetup = (error as { code?: unknown }).code === 'ERR_STORE_SETUP'
  const message = isSetup ? what : `${name} does not answer: ${reasonOf(error)}`
  return advice('error', isSetup ? 'permission-denied' : 'store-away', message, mend)
}

/** Of whichever copy of the library. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && error.name === 'SekishoError'
}

const clockCheck: Check<ModulePatient> = {
  name: 'clock',
  asks: 'Does the clock of this machine agree with that of the store?',
  needs: ['module', 'sessions'],
  looks: (patient) =>
    byDefinition(patient, async (about) => {
      const { skewMs } = await patient.play(about)
      if (skewMs === undefined) return { details: [`${about.name} goes by the clock of this machine`] }
      const details = [`${about.name}: the clock of its store differs by ${Math.round(skewMs)} ms`]
      return { findings: clockFindings(`the store of ${about.name}`, skewMs), details }
    }),
}

const sessionsCheck: Check<ModulePatient> = {
  name: 'sessions',
  asks: 'Is a session kept from one request to the next, and does a login give it a new secret and kill the old one? Played with a session that is ended.',
  item: '7-4',
  needs: ['module'],
  looks: (patient) => byDefinition(patient, (about) => lookAtSessions(about, patient)),
}

async function lookAtSessions(about: Exported<Definition>, patient: ModulePatient): Promise<Sight> {
  const { name } = about
  try {
    const { isKept, login } = await patient.play(about)
    const findings: Advice[] = []
    if (!isKept)
      findings.push(
        advice(
          'error',
          'session-lost',
          `session not found: what ${name} has written is not there with the next request`,
        ),
      )
    if (login?.isRenewed === false)
      findings.push(advice('error', 'fixation', `A login does not give the session of ${name} a new secret`))
    if (login?.isOldDead === false)
      findings.push(advice('error', 'fixation', `The cookie from before a login of ${name} is logged in as well`))
    const logins = login === undefined ? 'it has no logins' : 'a login gives a new secret, and the old one is dead'
    return { findings, details: [`${name}: sessions are kept; ${logins}`] }
  } catch (error) {
    const { what, ...mend } = partedMend((error as Error).message)
    const message = `${name} cannot keep a session: ${what}${what === reasonOf(error) ? '' : `: ${reasonOf(error)}`}`
    return { findings: [advice('error', 'store-away', message, mend)] }
  }
}

const lifetimeCheck: Check<ModulePatient> = {
  name: 'lifetime',
  asks: 'How long do sessions live without a request, and at the most?',
  item: '7-2',
  needs: ['module', 'sessions'],
  looks: (patient) =>
    byDefinition(patient, async (about) => {
      const { idleMs, absoluteMs } = await patient.play(about)
      if (idleMs === undefined || absoluteMs === undefined) return { details: [`${about.name}: it does not say`] }
      const details = [
        `${about.name}: sessions end after ${minutes(idleMs)} without a request, and after ${minutes(absoluteMs)} at the latest`,
      ]
      if (idleMs >= shortMs) return { details }
      const message = `session expired: sessions of ${about.name} end after ${minutes(idleMs)} without a request, sooner than people come back`
      const fix = 'give `lifetime.idle` more seconds; 1800 is half an hour'
      return { details, findings: [advice('warning', 'lifetime-short', message, { fix })] }
    }),
}

const shortMs = 300_000

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}

const cookieCheck: Check<ModulePatient> = {
  name: 'cookie',
  asks: 'Which Set-Cookie does a visitor get, and does a browser keep it and return it?',
  item: '7-2',
  needs: ['module', 'sessions'],
  looks: (patient) =>
    byDefinition(patient, async (about) => lookAtCookie(about.name, (await patient.play(about)).line)),
}

/** The options of a cookie that no browser keeps are refused when it is defined; what is left depends on where it is served. */
function lookAtCookie(name: string, line: string | undefined): Sight {
  if (line === undefined) return { details: [`${name}: no cookie; sessions travel in a header`] }
  const cookie = parseSetCookie(line)
  const shown = cookie === undefined ? line : line.replace(cookie.value, '…')
  const details = [`${name}: Set-Cookie: ${shown}`]
  const problems = jarProblems(line, { scheme: 'https', host: 'example.com', path: undefined })
  const findings = problems
    .filter(({ kind }) => kind !== 'domain')
    .map(({ kind }) => advice('error', 'cookie-refused', `No browser keeps the cookie of ${name}: ${kind}`))
  if (cookie?.attributes.has('secure') === true) return { findings, details }
  const message = `${name} is defined for development: its cookie is sent in clear, over plain http`
  const fix = 'set NODE_ENV to production, and leave `development` out, where people log in'
  return { findings: [...findings, advice('info', 'cookie-open', message, { fix })], details }
}

const keysCheck: Check<ModulePatient> = {
  name: 'keys',
  asks: 'How many keys has each key ring, and which one seals?',
  needs: ['module'],
  looks: ({ exports }) =>
    exports.rings.map((about) => ({
      about,
      run: () => {
        const keys = about.value.usage()
        const sealing = keys.find(({ seals }) => seals)?.keyId ?? '?'
        return { details: [`${about.name}: ${keys.length} keys, ${sealing} seals`] }
      },
    })),
}

function byDefinition(
  { exports }: ModulePatient,
  look: (about: Exported<Definition>) => Promise<Sight>,
): { about: Exported<Definition>; run: () => Promise<Sight> }[] {
  return exports.definitions.map((about) => ({ about, run: () => look(about) }))
}

/** Every check of a module, from causes to consequences. */
export const moduleChecks: readonly Check<ModulePatient>[] = [
  moduleCheck,
  storeCheck,
  sessionsCheck,
  clockCheck,
  lifetimeCheck,
  cookieCheck,
  keysCheck,
]
