import type { SessionStore } from 'sekisho/store'
import { Access } from '../auth/access.ts'
import { userFileProblems } from '../auth/user-file-problems-node.ts'
import { UserFiles } from '../auth/user-files.ts'
import { type Diagnostic, distinct } from '../config/diagnostics.ts'
import { CustomLog, ErrorLog, LogFormat, LogLevel } from '../config/directives/logs.ts'
import { htaccessFiles } from '../config/htaccess-node.ts'
import type { LoadedConfig, LoadOptions } from '../config/load-node.ts'
import { SiteMatcher } from '../config/match.ts'
import type { SettingsView } from '../config/directive.ts'
import { CookieRelief } from '../pipeline/cookie-relief.ts'
import { InternalFields } from '../pipeline/internal-fields.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { Plans } from '../pipeline/plan.ts'
import type { SessionKeepers } from '../session/contract.ts'
import { sessionKeepers } from '../session/keepers-node.ts'
import { Certificates } from './certificates.ts'
import { formatProblems, isError } from './config-failure.ts'
import { listenPlace } from './listen-failure.ts'
import { type ListenPlan, listenPlans } from './listen-plan.ts'
import { accessLogs } from './log/access-log.ts'
import type { Log } from './log/error-log.ts'
import { logPlaces, logProblems } from './log/log-places.ts'
import type { Surroundings } from './surroundings.ts'
import { targetProblems } from './target-problems.ts'

/** A configuration, and how what belongs to it is read. */
export interface GenerationSource {
  readonly config: LoadedConfig
  /** How `.htaccess` files are read. */
  readonly load: LoadOptions
}

/** What was made of a configuration; undefined where nothing could be. */
export interface Making {
  readonly generation: Generation | undefined
  readonly problems: readonly Diagnostic[]
}

/** What a configuration names, opened. */
interface Parts {
  readonly listening: readonly ListenPlan[]
  readonly certificates: Certificates
  readonly keepers: SessionKeepers
  readonly log: Log
}

/**
 * One configuration at work. A reload puts another in its place; requests that have begun with it end with it, and what it alone
 * uses is closed after the last of them.
 */
export class Generation {
  readonly config: LoadedConfig
  readonly listening: readonly ListenPlan[]
  readonly certificates: Certificates
  readonly matcher: SiteMatcher
  readonly relief: CookieRelief
  readonly pipeline: Pipeline
  /** The log of the server itself. */
  readonly log: Log
  readonly #keepers: SessionKeepers
  #running = 0
  #whenUnused: (() => void) | undefined

  private constructor(source: GenerationSource, surroundings: Surroundings, parts: Parts) {
    const { site } = source.config
    this.config = source.config
    this.listening = parts.listening
    this.certificates = parts.certificates
    this.log = parts.log
    this.matcher = new SiteMatcher(site)
    this.relief = new CookieRelief(site)
    this.#keepers = parts.keepers
    this.pipeline = new Pipeline({
      matcher: this.matcher,
      relief: this.relief,
      plans: plansFor(parts.keepers, surroundings),
      htaccess: htaccessFor(source.load, parts.log),
      access: accessFor(surroundings, parts.log),
      internal: new InternalFields(site),
      proxy: surroundings.proxy,
      keyRing: surroundings.state.keyRing,
    })
  }

  /** Makes a configuration ready to answer requests. Nothing is left open when it cannot be. */
  static async make(source: GenerationSource, surroundings: Surroundings): Promise<Making> {
    const { site, diagnostics, usable } = source.config
    if (!usable) return { generation: undefined, problems: diagnostics }
    const { plans: listening, problems: nowhere } = listenPlans(site)
    const { certificates, problems: unreadable } = Certificates.load(site)
    const early = [
      ...diagnostics,
      ...nowhere.map((problem): Diagnostic => ({ severity: 'error', ...listenPlace(source.config), ...problem })),
      ...unreadable,
      ...targetProblems(site),
      ...userFileProblems(site),
      ...logProblems(site, surroundings.logs),
    ]
    if (early.some(isError)) return { generation: undefined, problems: early }
    const log = logOf(site.main.settings, surroundings)
    const keepers = await sessionKeepers(site, {
      state: surroundings.state,
      workers: surroundings.workers,
      onNotice: ({ level, message }) => log.write({ level, module: 'session', message, kind: message.slice(0, 20) }),
    })
    const problems = distinct([...early, ...keepers.problems])
    if (!problems.some(isError))
      return { generation: new Generation(source, surroundings, { listening, certificates, keepers, log }), problems }
    await keepers.close()
    return { generation: undefined, problems }
  }

  /** The files that it logs into. */
  get logPaths(): ReadonlySet<string | undefined> {
    return new Set(logPlaces(this.config.site).map(({ path }) => path))
  }

  /** The stores of its sessions, each once. */
  get stores(): readonly SessionStore[] {
    return this.#keepers.stores
  }

  /** A request begins with it. */
  enter(): void {
    this.#running += 1
  }

  /** A request that began with it has ended. */
  leave(): void {
    this.#running -= 1
    if (this.#running === 0) this.#whenUnused?.()
  }

  /** Closes what it alone uses, after the last request that began with it. */
  async retire(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#whenUnused = resolve))
    await this.#keepers.close()
  }
}

function logOf(settings: Pick<SettingsView, 'get'>, { logs }: Surroundings): Log {
  return logs.errors(settings.get(ErrorLog)).at(settings.get(LogLevel))
}

function plansFor(keepers: SessionKeepers, surroundings: Surroundings): Plans {
  return new Plans({
    keepers,
    log: (settings) => logOf(settings, surroundings),
    accessLog: (settings) =>
      accessLogs(settings.get(CustomLog), settings.get(LogFormat), (path) => surroundings.logs.file(path)),
  })
}

function htaccessFor(load: LoadOptions, log: Log): ReturnType<typeof htaccessFiles> {
  return htaccessFiles({
    ...load,
    onDiagnostics: (problems, source) => {
      const message = formatProblems(problems, new Map([[source.file, source]]))
      log.write({ level: 'alert', module: 'core', message, kind: source.file })
    },
  })
}

function accessFor({ checker, state }: Surroundings, log: Log): Access {
  return new Access({
    files: new UserFiles({ onFindings: (findings) => tellAll(findings, log) }),
    checker,
    keyRing: state.keyRing,
  })
}

/** Without the lines themselves, which hold hashes of passwords. */
function tellAll(findings: readonly Diagnostic[], log: Log): void {
  for (const { file, line, message, fix } of findings) {
    const text = `${file}:${line}: ${message}${fix === undefined ? '' : `; ${fix}`}`
    log.write({ level: 'warn', module: 'authn_file', message: text, kind: file })
  }
}
