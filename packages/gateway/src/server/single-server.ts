import type { LoadedConfig } from '../config/load-node.ts'
import { ConfigFailure, formatWarnings } from './config-failure.ts'
import { Gateway } from './gateway.ts'
import { defaultDrainMs, readSource, type RunningServer, type ServeOptions } from './running-server.ts'
import { openSurroundings } from './surroundings.ts'

/** A gateway in this very process. */
export class SingleServer implements RunningServer {
  readonly #options: ServeOptions
  readonly #gateway: Gateway

  /** @throws SekishoError when the state directory cannot be used. */
  constructor(options: ServeOptions) {
    this.#options = options
    this.#gateway = new Gateway(openSurroundings({ stateDirectory: options.stateDirectory }))
  }

  async start(): Promise<LoadedConfig> {
    const source = readSource(this.#options)
    const prepared = await this.#gateway.prepare(source)
    prepared.commit()
    this.#tell('notice', 'the gateway serves')
    const config = { ...source.config, diagnostics: prepared.problems }
    this.#warn(config)
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
  }

  /** In the log too: that is where an operator looks. */
  #warn(config: LoadedConfig): void {
    const warnings = formatWarnings(config)
    if (warnings !== undefined) this.#tell('warn', warnings)
  }

  #tell(level: 'error' | 'warn' | 'notice', message: string): void {
    this.#gateway.generation?.log.write({ level, module: 'core', message })
  }
}
