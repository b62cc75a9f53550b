import type { LoadedConfig } from '../config/load-node.ts'
import { ConfigFailure } from './config-failure.ts'
import { ControlServer } from './control/control-server.ts'
import { ProcessFigures } from './control/process-figures.ts'
import { Gateway } from './gateway.ts'
import { defaultDrainMs } from './drain.ts'
import { readSource, type RunningServer, type ServeOptions } from './running-server.ts'
import { startWarnings } from './start-warnings.ts'
import { openSurroundings, type Surroundings } from './surroundings.ts'

/** A gateway in this very process. */
export class SingleServer implements RunningServer {
  readonly #options: ServeOptions
  readonly #gateway: Gateway
  readonly #surroundings: Surroundings
  readonly #figures = new ProcessFigures()
  readonly #startedAt = Date.now()
  #control: ControlServer | undefined

  /** @throws SekishoError when the state directory cannot be used. */
  constructor(options: ServeOptions) {
    this.#options = options
    this.#surroundings = openSurroundings({ stateDirectory: options.stateDirectory })
    this.#gateway = new Gateway(this.#surroundings)
  }

  async start(): Promise<LoadedConfig> {
    const source = readSource(this.#options)
    const prepared = await this.#gateway.prepare(source)
    prepared.commit()
    this.#tell('notice', 'the gateway serves')
    const config = { ...source.config, diagnostics: prepared.problems }
    this.#warn(config)
    await this.#openControl()
    return config
  }

  async reload(): Promise<void> {
    try {
      const source = readSource(this.#options)
      const prepared = await this.#gateway.prepare(source)
      prepared.commit()
      this.#tell('notice', 'the configuration was read anew')
      this.#warn({ ...source.config, diagnostics: prepared.problems })
    } catch (error) {
      if (!(error instanceof ConfigFailure)) throw error
      this.#tell('error', `the configuration was not changed: ${error.message}`)
    }
  }

  reopenLogs(): void {
    this.#gateway.reopenLogs()
  }

  async stop(): Promise<void> {
    this.#tell('notice', 'the gateway finishes what runs')
    await this.#gateway.drain(this.#options.drainMs ?? defaultDrainMs)
    await this.#control?.close()
    this.#figures.close()
  }

  async #openControl(): Promise<void> {
    this.#control = await ControlServer.open({
      stateDirectory: this.#surroundings.state.directory,
      source: {
        about: () => ({ pid: process.pid, file: this.#options.file, workers: 1, startedAt: this.#startedAt }),
        figures: () => this.#figures.figures(this.#gateway),
      },
      onTrouble: (message) => this.#tell('warn', message),
    })
  }

  /** In the log too: that is where an operator looks. */
  #warn(config: LoadedConfig): void {
    for (const warning of startWarnings(config)) this.#tell('warn', warning)
  }

  #tell(level: 'error' | 'warn' | 'notice', message: string): void {
    this.#gateway.generation?.log.write({ level, module: 'core', message })
  }
}
