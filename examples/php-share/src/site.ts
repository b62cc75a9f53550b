import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Catalogue } from './page.ts'
import { freePort, Program, requirePhp } from './program.ts'
import { createShop, type Shop } from './shop.ts'
import type { SiteState } from './state.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const catalogueFile = path('../catalogue.json')

/** PHP's sessions, as php.ini would have them: what {@link createShop} must agree with. */
function phpSettings(sessions: string): Readonly<Record<string, string | number>> {
  return {
    'session.save_handler': 'files',
    'session.save_path': sessions,
    'session.serialize_handler': 'php',
    'session.use_strict_mode': 1,
    'session.cookie_httponly': 1,
    'session.cookie_samesite': 'Lax',
    'session.gc_maxlifetime': 1440,
    // The other half sweeps, without keeping a visitor waiting.
    'session.gc_probability': 0,
  }
}

/** The pages of PHP, those of TypeScript, and the gateway in front of both. */
export class Site {
  readonly #state: SiteState
  readonly #programs: Program[] = []
  #shop: Shop | undefined

  constructor(state: SiteState) {
    this.#state = state
    process.on('exit', () => {
      for (const program of this.#programs) program.kill('SIGKILL')
    })
  }

  /** Starts everything. @param port Where the gateway listens. */
  async open(port: number): Promise<void> {
    requirePhp()
    const [phpPort, shopPort] = [await freePort(), await this.#openShop()]
    await Promise.all([this.#openPhp(phpPort), this.#openGateway({ port, phpPort, shopPort })])
  }

  /** Ends everything: the gateway first, so that no request finds a half gone. */
  async close(): Promise<void> {
    for (const program of this.#programs.toReversed()) await program.stop()
    await this.#shop?.close()
  }

  async #openShop(): Promise<number> {
    const { sessions, usersFile } = this.#state
    const [catalogue, users] = [readJson(catalogueFile) as Catalogue, readJson(usersFile) as Record<string, string>]
    this.#shop = createShop({ sessions, catalogue, users })
    const { server } = this.#shop
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  #openPhp(port: number): Promise<void> {
    const { sessions, usersFile } = this.#state
    const directives = Object.entries(phpSettings(sessions)).flatMap(([name, value]) => ['-d', `${name}="${value}"`])
    const environment = { CATALOGUE: catalogueFile, USERS: usersFile, PHP_CLI_SERVER_WORKERS: '4' }
    const args = [...directives, '-S', `127.0.0.1:${port}`, path('../php/index.php')]
    return this.#start({ name: 'PHP', command: 'php', args, environment, port })
  }

  #openGateway({ port, phpPort, shopPort }: { port: number; phpPort: number; shopPort: number }): Promise<void> {
    const { directory } = this.#state
    const gateway = path('../../../packages/gateway/src/main.ts')
    const args = [
      '--conditions=source',
      gateway,
      'serve',
      path('../site.conf'),
      '--state',
      join(directory, 'gateway'),
      '--workers',
      '1',
    ]
    const environment = { STATE: directory, PORT: String(port), PHP_PORT: String(phpPort), SHOP_PORT: String(shopPort) }
    return this.#start({ name: 'the gateway', command: process.execPath, args, environment, port })
  }

  async #start(options: Omit<ConstructorParameters<typeof Program>[0], 'log'>): Promise<void> {
    const log = join(this.#state.directory, `${options.name.replace('the ', '').toLowerCase()}.log`)
    const program = new Program({ ...options, log })
    this.#programs.push(program)
    await program.ready()
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}
