import { setTimeout as pause } from 'node:timers/promises'
import { reasonOf } from '../session/stores/failure.ts'
import { type Check, type Look, type Sight, type Subject, whole } from './check.ts'
import { advice, type Advice, type Finding } from './finding.ts'
import { untilAborted } from './until-aborted.ts'

/** How an examination goes. */
export interface ExamineOptions {
  /** Ends it early. */
  readonly signal: AbortSignal
  /** How long one check may take, in milliseconds (default 10,000). */
  readonly patienceMs?: number
  /** Is told which check begins (default: nobody). */
  onCheck?(name: string, done: number, all: number): void
}

/** What became of a check. */
export interface Examined {
  readonly check: string
  readonly state: 'good' | 'found' | 'silent' | 'absent'
  /** What is as it should be. */
  readonly details: readonly string[]
  /** For `silent`: why it was not carried out. */
  readonly because?: string
}

/** The result of all checks. */
export interface Examination {
  /** The cause first. */
  readonly findings: readonly Finding[]
  readonly checks: readonly Examined[]
}

const usualPatienceMs = 10_000
const weights = { error: 0, warning: 1, info: 2 } as const

/**
 * Carries out checks in their order, from causes to consequences. A check whose need has failed is not carried out: a database that
 * is down is told once.
 *
 * @throws The reason of the signal when it is aborted; what a check had begun is undone before.
 */
export async function examine<Patient>(
  checks: readonly Check<Patient>[],
  patient: Patient,
  options: ExamineOptions,
): Promise<Examination> {
  const course = new Course(options)
  for (const [at, check] of checks.entries()) {
    options.signal.throwIfAborted()
    options.onCheck?.(check.name, at, checks.length)
    await course.carryOut(check, check.looks(patient))
  }
  return course.result()
}

interface Seen extends Sight {
  readonly silenced?: string
}

class Course {
  readonly #options: ExamineOptions
  readonly #found: (Advice & { readonly check: string })[] = []
  readonly #checks: Examined[] = []
  /** Why a check says nothing to build on, by its name and its subject. */
  readonly #stopped = new Map<string, string>()

  constructor(options: ExamineOptions) {
    this.#options = options
  }

  async carryOut({ name, needs }: Check<never>, looks: readonly Look[]): Promise<void> {
    const seen = await Promise.all(
      looks.map(async (look): Promise<Seen> => {
        const silenced = this.#whatStops(needs, look.about)
        const sight: Seen = silenced === undefined ? await this.#seen(look) : { silenced }
        const stops = stopsOf(name, sight)
        if (stops !== undefined) this.#stopped.set(keyOf(name, look.about.key), stops)
        return sight
      }),
    )
    const found = seen.flatMap(({ findings = [] }) => findings)
    this.#found.push(...distinct(found).map((one) => ({ ...one, check: name })))
    this.#checks.push(summary(name, seen))
  }

  result(): Examination {
    // Those of one severity stay in the order in which the checks have found them.
    const findings = this.#found
      .toSorted((one, other) => weights[one.severity] - weights[other.severity])
      .map((one, at): Finding => ({ ...one, rank: at + 1 }))
    return { findings, checks: this.#checks }
  }

  #whatStops(needs: readonly string[], { key, standsOn = [] }: Subject): string | undefined {
    for (const need of needs)
      for (const subject of [key, ...standsOn, whole.key]) {
        const reason = this.#stopped.get(keyOf(need, subject))
        if (reason !== undefined) return reason
      }
    return undefined
  }

  async #seen(look: Look): Promise<Sight> {
    const { signal, patienceMs = usualPatienceMs } = this.#options
    const own = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
    try {
      return await carriedOut(look, own)
    } catch (error) {
      signal.throwIfAborted()
      const reason = own.aborted ? `no answer within ${patienceMs / 1000} s` : reasonOf(error)
      const what = look.about.name === '' ? 'This' : `${look.about.name[0]?.toUpperCase()}${look.about.name.slice(1)}`
      return { findings: [advice('error', 'check-failed', `${what} could not be looked at: ${reason}`)] }
    }
  }
}

/** What a check leaves undone when it is aborted it undoes itself, in the time that is given to it here. */
const longestUndoingMs = 2000

async function carriedOut({ run, hasTrial = false }: Look, signal: AbortSignal): Promise<Sight> {
  const running = Promise.resolve().then(() => run(signal))
  try {
    return await untilAborted(running, signal)
  } catch (error) {
    if (signal.aborted && hasTrial)
      // Only its end matters: what it fails with is not why nobody waits any more.
      await Promise.race([running.catch(() => undefined), pause(longestUndoingMs, undefined, { ref: false })])
    throw error
  }
}

function stopsOf(name: string, { findings = [], stops, silenced }: Seen): string | undefined {
  if (silenced !== undefined) return silenced
  return findings.some(({ severity }) => severity === 'error') ? `${name} has failed` : stops
}

function summary(check: string, seen: readonly Seen[]): Examined {
  const details = seen.flatMap((sight) => sight.details ?? [])
  const silenced = seen.flatMap((sight) => sight.silenced ?? [])
  if (seen.some((sight) => (sight.findings ?? []).length > 0)) return { check, state: 'found', details }
  const [because] = silenced
  if (because !== undefined && silenced.length === seen.length) return { check, state: 'silent', details, because }
  return { check, state: seen.length === 0 ? 'absent' : 'good', details }
}

/** Sections that share a line have the same to say about it. */
function distinct(findings: readonly Advice[]): Advice[] {
  return [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()]
}

function keyOf(check: string, subject: string): string {
  return `${check} ${subject}`
}
