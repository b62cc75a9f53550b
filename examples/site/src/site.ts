import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.ts'
import type { Gatehouse } from './gatehouse.ts'
import { answers, freePort } from './ports.ts'
import { Program } from './program.ts'
import type { SiteState } from './state.ts'

/** A site is made of. */
export interface SiteOptions {
  readonly state: SiteState
  readonly gatehouse: Gatehouse
  /** Where the gateway listens on this machine. */
  readonly port: number
}

/** Seconds in which what runs may end. */
const drainSeconds = 5

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Two apps and the gateway in front of them. */
export class Site {
  readonly #programs: Program[] = []
  readonly #options: SiteOptions
  #sockets: string | undefined

  constructor(options: SiteOptions) {
    this.#options = options
    // Whatever happens to this process, short of SIGKILL, nothing is left behind.
    process.on('exit', () => {
      for (const program of this.#programs) program.kill()
    })
  }

  /** Starts everything; resolves when a page of the shop comes through the gateway. @throws Failure */
  async open(): Promise<void> {
    const { state } = this.#options
    // The name of a socket must be short, and that of a repository need not be.
    this.#sockets = await mkdtemp(join(tmpdir(), 'sekisho-'))
    const socket = join(this.#sockets, 'shop')
    const gatehousePort = (await freePort()) ?? 0
    await Promise.all([this.#openShop(socket), this.#openGatehouse(gatehousePort)])
    await this.#openGateway({
      STATE: state.directory,
      PASSPHRASE: state.passphrase,
      PORT: String(this.#options.port),
      SHOP_SOCKET: socket,
      GATEHOUSE_PORT: String(gatehousePort),
    })
  }

  /** The gateway's, which reads the configuration anew on HUP. */
  get pid(): number | undefined {
    return this.#programs.at(-1)?.pid
  }

  /** Resolves with the reason when one of the programs has ended. */
  get broken(): Promise<Failure> {
    return Promise.race(this.#programs.map(({ ended }) => ended))
  }

  /** Ends everything: the gateway first, so that no request finds an app gone. */
  async close(): Promise<void> {
    for (const program of this.#programs.toReversed()) await program.stop(drainSeconds + 2)
    if (this.#sockets !== undefined) await rm(this.#sockets, { recursive: true, force: true })
  }

  async #openShop(socket: string): Promise<void> {
    const args = ['--conditions=source', path('../../shop/src/gateway/main.ts')]
    const shop = this.#start('the shop', { command: process.execPath, args, environment: { SHOP_SOCKET: socket } })
    await shop.until((signal) => answers({ path: socket }, signal))
  }

  async #openGatehouse(port: number): Promise<void> {
    const { gatehouse, state } = this.#options
    const environment = { PORT: String(port), SESSION_KEY: state.sessionKey }
    const { command, language } = gatehouse
    const program = this.#start(`the gatehouse (${language})`, { command, args: gatehouse.args(port), environment })
    await program.until((signal) => answers({ port }, signal))
  }

  async #openGateway(environment: Readonly<Record<string, string>>): Promise<void> {
    const words = ['serve', path('../site.conf'), '--state', this.#options.state.gateway, '--workers', '2']
    const program = path('../../../packages/gateway/src/main.ts')
    const args = ['--conditions=source', program, ...words, '--drain', String(drainSeconds)]
    const gateway = this.#start('the gateway', { command: process.execPath, args, environment })
    await gateway.until((signal) => answers({ port: this.#options.port }, signal))
    await gateway.until(async (signal) => {
      const { status } = await fetch(`http://127.0.0.1:${this.#options.port}/`, { signal })
      if (status !== 200) throw new Failure(`the gateway answers ${status}; its log is ${this.#log('the gateway')}`)
    })
  }

  #start(
    name: string,
    what: { command: string; args: readonly string[]; environment: Readonly<Record<string, string>> },
  ): Program {
    const program = new Program({ name, log: this.#log(name), ...what })
    this.#programs.push(program)
    return program
  }

  #log(name: string): string {
    const [word = ''] = name.replace('the ', '').split(' ')
    return join(this.#options.state.directory, `${word}.log`)
  }
}
