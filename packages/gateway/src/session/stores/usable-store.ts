import { SekishoError } from 'sekisho'
import type { Diagnostic, Problem } from '../../config/diagnostics.ts'
import type { Directive, SettingsView } from '../../config/directive.ts'
import { DBDParams } from '../../config/directives/dbd.ts'
import { SessionRedisURL, SessionStore, SessionStoreFileName, type StoreName } from '../../config/directives/session.ts'
import { diagnosticAt, ProblemError } from '../problems.ts'
import type { Lease } from '../shared-resources.ts'
import { isAbsence, reasonOf } from './failure.ts'
import { openStore, type StoreSurroundings } from './open-store-node.ts'
import type { PreparedStore } from './prepared-store.ts'

/** A start does not wait longer for a store; requests then find out. */
const longestLookMs = 3000

const places: Readonly<Record<Exclude<StoreName, 'cookie'>, Directive>> = {
  file: SessionStoreFileName,
  dbd: DBDParams,
  redis: SessionRedisURL,
  memory: SessionStore,
}

/**
 * Opens the store of a section and looks whether it can be used.
 *
 * @returns The store, with a warning where its server is away at the moment.
 * @throws ProblemError when it can never be used as it is set up.
 */
export async function usable(
  name: Exclude<StoreName, 'cookie'>,
  settings: SettingsView,
  around: StoreSurroundings,
): Promise<{ lease: Lease<PreparedStore>; problems: Diagnostic[] }> {
  const at = places[name]
  const { lease, weakness } = await openStore(name, settings, around).catch((error: unknown) => {
    throw error instanceof ProblemError ? error : new ProblemError(unusable(error), { at })
  })
  const failure = await failureOf(lease.resource)
  if (failure !== undefined && !isAbsence(failure)) {
    await lease.release()
    throw new ProblemError(unusable(failure), { at })
  }
  const found = [weakness, failure === undefined ? undefined : away(failure)]
  const problems = found.flatMap((problem) =>
    problem === undefined ? [] : [diagnosticAt(settings, problem, { at, severity: 'warning' })],
  )
  return { lease, problems }
}

async function failureOf(store: PreparedStore): Promise<unknown> {
  const ready = store.ready()
  if (ready === undefined) return undefined
  return Promise.race([ready.then(nothing, identity), silence()])
}

function silence(): Promise<SekishoError> {
  return new Promise((resolve) => {
    const error = new SekishoError('ERR_STORE_TIMEOUT', `no answer for ${longestLookMs / 1000} s`)
    setTimeout(() => resolve(error), longestLookMs).unref()
  })
}

function nothing(): undefined {}

function identity(error: unknown): unknown {
  return error
}

/** A message of our own says what mends it; that of a driver is quoted. */
function unusable(error: unknown): Problem {
  const isOurs = error instanceof SekishoError && error.code !== 'ERR_STORE_UNAVAILABLE'
  const message = isOurs ? error.message : `The store of the sessions cannot be used: ${reasonOf(error)}`
  return { code: 'bad-value', message }
}

function away(error: unknown): Problem {
  const message = `The store of the sessions does not answer now: ${reasonOf(error)}`
  const fix = 'start its server; until then, requests with a session are answered with 503'
  return { code: 'weak-setting', message, fix }
}
