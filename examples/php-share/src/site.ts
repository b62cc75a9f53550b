import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Catalogue } from './page.ts'
import { accounts, findPhp, isRoot, type PhpPrograms } from './php.ts'
import { freePort, Program } from './program.ts'
import { createShop, type Shop } from './shop.ts'
import type { SiteState } from './state.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const catalogueFile = path('../catalogue.json')

/** Where each program of the site listens. */
interface Ports {
  readonly gateway: number
  readonly php: number
  readonly shop: number
}

/** The pages of PHP, those of TypeScript, and the gateway in front of both. */
export class Site {
  readonly #state: SiteState
  /** For PHP's socket: the path of one may have no more than 107 letters, and Apache must get there. */
  readonly #run = mkdtempSync(join(tmpdir(), 'sekisho-php-share-'))
  readonly #programs: Program[] = []
  #shop: Shop | undefined

  constructor(state: SiteState) {
    this.#state = state
    chmodSync(this.#run, 0o711)
    process.on('exit', () => {
      for (const program of this.#programs) program.kill('SIGKILL')
      rmSync(this.#run, { recursive: true, force: true })
    })
  }

  /** Starts everything. @param port Where the gateway listens. @throws Failure */
  async open(port: number): Promise<void> {
    const found = findPhp()
    const ports = { gateway: port, php: await freePort(), shop: await this.#openShop() }
    await Promise.all([this.#openPhp(found, ports), this.#openGateway(ports)])
  }

  /** Ends everything: the gateway first, so that no request finds a half gone. */
  async close(): Promise<void> {
    for (const program of this.#programs.toReversed()) await program.stop()
    await this.#shop?.close()
    rmSync(this.#run, { recursive: true, force: true })
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

  async #openPhp({ apache, fpm }: PhpPrograms, { php }: Ports): Promise<void> {
    const { directory, usersFile } = this.#state
    const environment = {
      ...accounts(),
      STATE: directory,
      RUN: this.#run,
      PAGES: path('../php'),
      CATALOGUE: catalogueFile,
      USERS: usersFile,
      PHP_PORT: String(php),
    }
    const fpmArgs = [
      '--nodaemonize',
      '--fpm-config',
      path('../php-fpm.conf'),
      ...(isRoot() ? ['--allow-to-run-as-root'] : []),
    ]
    const apacheArgs = ['-D', 'FOREGROUND', '-f', path('../apache.conf')]
    await Promise.all([
      this.#start({ name: 'PHP', command: fpm, args: fpmArgs, environment, opens: join(this.#run, 'php.sock') }),
      this.#start({ name: 'Apache', command: apache, args: apacheArgs, environment, opens: php }),
    ])
  }

  #openGateway({ gateway, php, shop }: Ports): Promise<void> {
    const { directory } = this.#state
    const program = path('../../../packages/gateway/src/main.ts')
    const state = join(directory, 'gateway')
    const args = ['--conditions=source', program, 'serve', path('../site.conf'), '--state', state, '--workers', '1']
    const environment = { STATE: directory, PORT: String(gateway), PHP_PORT: String(php), SHOP_PORT: String(shop) }
    return this.#start({ name: 'the gateway', command: process.execPath, args, environment, opens: gateway })
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
