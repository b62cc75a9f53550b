import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startApache } from '../../../../scripts/services.ts'
import { loginModules } from '../apache.ts'
import { serveSite, type TestSite } from '../gateway/harness.ts'
import { App } from './app.ts'

/** For the directives of these tests. */
const modules = [
  ...loginModules,
  'session_crypto',
  'env',
  'headers',
  'alias',
  'dir',
  'mime',
  'proxy',
  'proxy_http',
  'remoteip',
]

/** Where things are that a configuration names. */
export interface Places {
  /** A folder that both servers can read. */
  readonly folder: string
  /** The app, without a slash at its end. */
  readonly app: string
}

/** The real server and the gateway with one configuration, in front of one app. Dispose of it. */
export class BothServers {
  readonly app: App
  readonly real: RealServer
  /** The real server again, but that no section has SessionCookieRemove. */
  readonly withoutRemoval: RealServer
  readonly gateway: TestSite
  readonly #places: Places

  private constructor(places: Places, app: App, [real, withoutRemoval, gateway]: [RealServer, RealServer, TestSite]) {
    this.#places = places
    this.app = app
    this.real = real
    this.withoutRemoval = withoutRemoval
    this.gateway = gateway
  }

  /** @param configure Makes the configuration, without Listen. @param files Texts by their paths in the folder. */
  static async start(
    configure: (places: Places) => string,
    files: Readonly<Record<string, string>>,
  ): Promise<BothServers> {
    const app = await App.start()
    const places = { folder: folderWith(files), app: app.url }
    const text = configure(places)
    const plain = text.replaceAll(/^SessionCookieRemove On$/gm, 'SessionCookieRemove Off')
    const starting = [
      startApache({ modules, conf: `TypesConfig /etc/mime.types\n${text}` }),
      startApache({ modules, conf: `TypesConfig /etc/mime.types\n${plain}` }),
      serveSite(text),
    ] as const
    try {
      return new BothServers(places, app, await Promise.all(starting))
    } catch (error) {
      const [real, withoutRemoval, gateway] = starting
      await Promise.allSettled([
        ended(real),
        ended(withoutRemoval),
        gateway.then((site) => site[Symbol.asyncDispose]()),
      ])
      await app[Symbol.asyncDispose]()
      rmSync(places.folder, { recursive: true, force: true })
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.real.stop(), this.withoutRemoval.stop(), this.gateway[Symbol.asyncDispose]()])
    await this.app[Symbol.asyncDispose]()
    rmSync(this.#places.folder, { recursive: true, force: true })
  }
}

async function ended(server: Promise<RealServer>): Promise<void> {
  await (await server).stop()
}

type RealServer = Awaited<ReturnType<typeof startApache>>

/** The real server has an account of its own, which the folder must be open to. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-differential-'))
  chmodSync(folder, 0o755)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}
