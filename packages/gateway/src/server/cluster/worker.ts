/**
 * The program of a worker: serves what the primary tells it to, and ends with it.
 *
 * @module
 */
import cluster from 'node:cluster'
import { ConfigFailure } from '../config-failure.ts'
import { ProcessFigures } from '../control/process-figures.ts'
import { Gateway, type Prepared } from '../gateway.ts'
import { readSource, type ServeOptions, type Snapshot } from '../running-server.ts'
import { openSurroundings } from '../surroundings.ts'
import { onFatal } from '../fatal.ts'
import type { ToPrimary, ToWorker } from './messages.ts'
import { RemoteLimiter } from './remote-limiter.ts'

/** After a mistake of the program, so long for what runs. */
const lastMs = 5000

class Worker {
  readonly #limiter = new RemoteLimiter(tell)
  readonly #figures = new ProcessFigures()
  #options: ServeOptions | undefined
  #gateway: Gateway | undefined
  #prepared: Prepared | undefined
  #isStopping = false

  async take(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'begin':
        this.#options = message.options
        return
      case 'prepare':
        return this.#prepare(message.snapshot)
      case 'commit':
        this.#prepared?.commit()
        return this.#done()
      case 'discard':
        await this.#prepared?.discard()
        return this.#done()
      case 'reopen-logs':
        return this.#gateway?.reopenLogs()
      case 'stop':
        return this.stop(message.drainMs)
      case 'count':
        return this.#count(message)
      case 'limited':
        return this.#limiter.answered(message)
      default:
        return message satisfies never
    }
  }

  async stop(drainMs: number): Promise<never> {
    if (!this.#isStopping) {
      this.#isStopping = true
      await this.#gateway?.drain(drainMs)
    }
    process.exit()
  }

  tell(message: string): void {
    this.#gateway?.generation?.log.write({ level: 'crit', module: 'core', message })
  }

  async #prepare(snapshot: Snapshot): Promise<void> {
    try {
      if (this.#options === undefined) throw new Error('told to prepare before it was told to begin')
      const { workers, stateDirectory } = this.#options
      this.#gateway ??= new Gateway(openSurroundings({ workers, stateDirectory, limiter: this.#limiter }))
      this.#prepared = await this.#gateway.prepare(readSource(this.#options, snapshot))
      tell({ kind: 'prepared', problems: this.#prepared.problems })
    } catch (error) {
      const problems = error instanceof ConfigFailure ? error.problems : []
      tell({ kind: 'prepared', failure: error instanceof Error ? error.message : String(error), problems })
    }
  }

  async #count({ number, countsSessions }: Extract<ToWorker, { kind: 'count' }>): Promise<void> {
    const figures = await this.#figures.figures(countsSessions ? this.#gateway : undefined)
    tell({ kind: 'figures', number, figures })
  }

  #done(): void {
    this.#prepared = undefined
    tell({ kind: 'done' })
  }
}

function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message)
}

if (cluster.isWorker) {
  const worker = new Worker()
  // A terminal sends its signals to all processes; what they mean is the primary's to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined)
  onFatal(async (message) => {
    worker.tell(message)
    process.exitCode = 1
    await worker.stop(lastMs)
  })
  process.on('message', (message: ToWorker) => void worker.take(message))
  process.on('disconnect', () => void worker.stop(lastMs))
  tell({ kind: 'hello' })
}
