import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const modules = '/usr/lib/apache2/modules'

/** The real server with mod_proxy. Dispose of it. */
export class ApacheProxy {
  readonly port: number
  readonly #child: ChildProcess
  readonly #root: string

  private constructor(child: ChildProcess, root: string, port: number) {
    this.#child = child
    this.#root = root
    this.port = port
  }

  /** @param config Lines about what is passed on. */
  static async open(config: string): Promise<ApacheProxy> {
    const root = mkdtempSync(join(tmpdir(), 'sekisho-apache-proxy-'))
    const port = await freePort()
    const file = join(root, 'httpd.conf')
    writeFileSync(file, `${preamble(root, port)}${config}\n`)
    const child = spawn('/usr/sbin/apache2', ['-DFOREGROUND', '-f', file], { env: {}, stdio: 'ignore' })
    const server = new ApacheProxy(child, root, port)
    await server.#listens()
    return server
  }

  async #listens(): Promise<void> {
    for (let tries = 0; tries < 200 && this.#child.exitCode === null; tries += 1) {
      if (await isOpen(this.port)) return
      await wait(25)
    }
    await this[Symbol.asyncDispose]()
    throw new Error('apache2 did not start: apt-get install apache2')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill()
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
    rmSync(this.#root, { recursive: true })
  }
}

function preamble(root: string, port: number): string {
  const names = ['mpm_event', 'authz_core', 'proxy', 'proxy_http']
  const loads = names.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`)
  return `${[
    `ServerRoot ${root}`,
    `PidFile ${root}/pid`,
    `ErrorLog ${root}/error.log`,
    `Mutex file:${root}`,
    ...loads,
    'ServerName front.example',
    `Listen 127.0.0.1:${port}`,
    'StartServers 1',
  ].join('\n')}\n`
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
