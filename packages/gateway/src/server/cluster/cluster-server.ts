import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { AttemptLimiter } from '../../auth/limit/attempt-limiter.ts'
import { ErrorLog, LogLevel } from '../../config/directives/logs.ts'
import type { LoadedConfig } from '../../config/load-node.ts'
import type { Diagnostic } from '../../config/diagnostics.ts'
import { ConfigFailure, formatProblems, isError } from '../config-failure.ts'
import { ControlServer } from '../control/control-server.ts'
import type { Figures } from '../control/protocol.ts'
import { canReusePorts, tryAddresses } from '../listen-failure.ts'
import { listenPlans } from '../listen-plan.ts'
import { defaultDirectory } from '../../session/state-node.ts'
import type { Log } from '../log/error-log.ts'
import { LogFiles } from '../log/log-files.ts'
import { defaultDrainMs } from '../drain.ts'
import { readSource, type RunningServer, type ServeOptions, type Snapshot, snapshotOf } from '../running-server.ts'
import { startWarnings } from '../start-warnings.ts'
import { Colleague } from './colleague.ts'

/** The program of a worker, beside this file as source and as built. */
const program = fileURLToPath(
  import.meta.url.endsWith('.ts') ? new URL('./worker.ts', import.meta.url) : new URL('./worker.js', import.meta.url),
)

/** A worker that dies is replaced after so many milliseconds; each time it dies again at once, after twice as many. */
const firstPauseMs = 100
const longestPauseMs = 10_000
/** A worker that has lived for so long has not died at once. */
const livedMs = 10_000

/** A gateway of several processes: this one watches over the workers, which share its addresses, and decides with them. */
export class ClusterServer implements RunningServer {
  readonly #options: ServeOptions
  readonly #logs = new LogFiles()
  readonly #limiter = new AttemptLimiter()
  readonly #workers = new Set<Colleague>()
  #snapshot: Snapshot = {}
  /** The keys of the addresses that the workers listen at. */
  #listening: ReadonlySet<string> = new Set()
  #log: Log | undefined
  #pauseMs = firstPauseMs
  #isStopping = false
  #reloading: Promise<void> = Promise.resolve()
  readonly #startedAt = Date.now()
  #control: ControlServer | undefined

  constructor(options: ServeOptions) {
    this.#options = options
    cluster.setupPrimary({ exec: program, args: [] })
  }

  async start(): Promise<LoadedConfig> {
    const { config } = readSource(this.#options)
    if (!config.usable) throw new ConfigFailure(config.diagnostics.filter(isError), config.sources)
    await this.#tryAddresses(config)
    this.#snapshot = snapshotOf(config)
    this.#openLog(config)
    const starting = Array.from({ length: this.#options.workers }, () => this.#fork())
    let diagnostics: readonly Diagnostic[]
    try {
      ;[diagnostics = []] = await Promise.all(starting.map((worker) => this.#serve(worker)))
    } catch (error) {
      this.#isStopping = true
      await Promise.all([...this.#workers].map((worker) => worker.kill()))
      throw error
    }
    this.#tell('notice', `${this.#workers.size} workers serve`)
    this.#warn({ ...config, diagnostics })
    await this.#openControl()
    return { ...config, diagnostics }
  }

  /** One after another: a signal may come while an earlier one is still being followed. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload())
    return this.#reloading
  }

  reopenLogs(): void {
    for (const error of this.#logs.reopen()) this.#tell('error', `a log could not be opened anew: ${error.message}`)
    for (const worker of this.#workers) worker.reopenLogs()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#tell('notice', 'the workers finish what runs')
    const drainMs = this.#options.drainMs ?? defaultDrainMs
    await Promise.all([...this.#workers].map((worker) => worker.stop(drainMs)))
    await this.#control?.close()
    await this.#logs.close()
  }

  async #openControl(): Promise<void> {
    const { file, workers, stateDirectory = defaultDirectory(process.env) } = this.#options
    this.#control = await ControlServer.open({
      stateDirectory,
      source: {
        about: () => ({ pid: process.pid, file, workers, startedAt: this.#startedAt }),
        figures: () => this.#figures(),
      },
      onTrouble: (message) => this.#tell('warn', message),
    })
  }

  /** Sessions are the same for all workers, so one of them counts. */
  async #figures(): Promise<Figures> {
    const serving = [...this.#workers].filter((worker) => worker.isServing)
    const all = await Promise.all(serving.map((worker, at) => worker.count(at === 0)))
    return { processes: all.flatMap((figures) => figures?.processes ?? []), sessions: all[0]?.sessions }
  }

  /** All workers change, or none. */
  async #reload(): Promise<void> {
    const { config } = readSource(this.#options)
    if (!config.usable) return this.#unchanged(formatProblems(config.diagnostics.filter(isError), config.sources))
    const listening = this.#listening
    try {
      await this.#tryAddresses(config)
    } catch (error) {
      return this.#unchanged(error instanceof Error ? error.message : String(error))
    }
    const snapshot = snapshotOf(config)
    const workers = [...this.#workers].filter((worker) => worker.isServing)
    const prepared = await Promise.all(workers.map((worker) => worker.prepare(snapshot)))
    const failure = prepared.find((one) => one.failure !== undefined)?.failure
    if (failure !== undefined) {
      const ready = workers.filter((_, at) => prepared[at]?.failure === undefined)
      await Promise.all(ready.map((worker) => worker.settle('discard')))
      this.#listening = listening
      return this.#unchanged(failure)
    }
    this.#snapshot = snapshot
    this.#openLog(config)
    await Promise.all(workers.map((worker) => worker.settle('commit')))
    this.#tell('notice', 'the configuration was read anew')
    this.#warn({ ...config, diagnostics: prepared[0]?.problems ?? config.diagnostics })
  }

  /** In the log too: that is where an operator looks. */
  #warn(config: LoadedConfig): void {
    for (const warning of startWarnings(config)) this.#tell('warn', warning)
  }

  #unchanged(reason: string): void {
    this.#tell('error', `the configuration was not changed: ${reason}`)
  }

  #fork(): Colleague {
    const worker = new Colleague(cluster.fork(), this.#limiter)
    this.#workers.add(worker)
    void worker.ended.then((how) => this.#ended(worker, how))
    return worker
  }

  /** @returns What the worker has found that is no error. @throws ConfigFailure for what is one. */
  async #serve(worker: Colleague): Promise<readonly Diagnostic[]> {
    await worker.begin(this.#options)
    const { failure, problems } = await worker.prepare(this.#snapshot)
    if (failure !== undefined) throw this.#refusal(failure, problems)
    await worker.settle('commit')
    return problems
  }

  #refusal(failure: string, problems: readonly Diagnostic[]): Error {
    if (problems.length === 0) return new Error(failure)
    return new ConfigFailure(problems, readSource(this.#options, this.#snapshot).config.sources)
  }

  #ended(worker: Colleague, how: string): void {
    this.#workers.delete(worker)
    if (this.#isStopping) return
    this.#tell('crit', `worker ${worker.pid} ended (${how}); another takes its place in ${this.#pauseMs} ms`)
    setTimeout(() => void this.#replace(), this.#pauseMs)
    this.#pauseMs = worker.ageMs > livedMs ? firstPauseMs : Math.min(2 * this.#pauseMs, longestPauseMs)
  }

  async #replace(): Promise<void> {
    if (this.#isStopping) return
    await this.#reloading
    const worker = this.#fork()
    try {
      await this.#serve(worker)
    } catch (error) {
      this.#tell('crit', `a new worker cannot serve: ${error instanceof Error ? error.message : String(error)}`)
      await worker.kill()
    }
  }

  /** Those that the workers do not listen at already. */
  async #tryAddresses(config: LoadedConfig): Promise<void> {
    const { plans } = listenPlans(config.site)
    const fresh = plans.filter(({ key }) => !this.#listening.has(key))
    if (canReusePorts) await tryAddresses(fresh, config)
    this.#listening = new Set(plans.map(({ key }) => key))
  }

  #openLog({ site: { main } }: LoadedConfig): void {
    try {
      this.#log = this.#logs.errors(main.settings.get(ErrorLog)).at(main.settings.get(LogLevel))
    } catch {
      // The workers find the same, and say so with the place of the line.
    }
  }

  #tell(level: 'crit' | 'error' | 'warn' | 'notice', message: string): void {
    this.#log?.write({ level, module: 'core', message })
  }
}
