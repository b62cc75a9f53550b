/**
 * Starts the gateway for a test, from the text of a configuration.
 *
 *     await using app = await RecordingApp.start((request, response) => response.end(request.url))
 *     await using site = await serveSite(`ProxyPass / ${app.url}/`)
 *     using visitor = site.visitor()
 *     assert.equal((await visitor.get('/a')).text, '/a')
 *
 * In the text `${PORT}` stands for a free port, `${ROOT}` for a folder of the test's own, which goes when the site does; a text
 * without Listen gets one on 127.0.0.1 and that port, one without ErrorLog one that `site.log()` reads. `files` are written
 * into the folder first (`{ 'htdocs/index.html': '…' }`). The gateway runs in this process, or with `process: true` as a program of
 * its own with as many `workers` as are asked for, which `site.signal('SIGHUP')` reaches. A {@link RecordingApp} keeps what an app
 * was asked, a {@link Visitor} keeps cookies, `site.raw()` says what no client library would.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatProblems } from '../../src/server/config-failure.ts'
import type { ServeOptions } from '../../src/server/running-server.ts'
import { SingleServer } from '../../src/server/single-server.ts'
import { Visitor, type VisitorOptions } from './visitor.ts'

/** How a site is served. */
export interface SiteOptions {
  /** Texts by their paths below `${ROOT}`. */
  readonly files?: Readonly<Record<string, string>>
  /** True: as a program of its own (default: in this process). */
  readonly process?: boolean
  /** Of that program (default 1). */
  readonly workers?: number
  /** How long what runs may take at the end, in milliseconds (default 5000). */
  readonly drainMs?: number
}

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Serves a configuration. @throws Error with what the gateway says, when it does not start. */
export async function serveSite(text: string, options: SiteOptions = {}): Promise<TestSite> {
  const root = mkdtempSync(join(tmpdir(), 'sekisho-site-'))
  try {
    for (const [path, content] of Object.entries(options.files ?? {})) {
      mkdirSync(join(root, dirname(path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    const places = { root, port: await freePort() }
    writeFileSync(join(root, 'site.conf'), completed(text, places))
    chmodSync(root, 0o700)
    const running = options.process === true ? await Program.start(root, options) : await InProcess.start(root, options)
    return new TestSite(places, running)
  } catch (error) {
    rmSync(root, { recursive: true, force: true })
    throw error
  }
}

/** A port that was free a moment ago, and that the system gives to nobody by itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

interface Places {
  readonly root: string
  readonly port: number
}

function completed(text: string, { root, port }: Places): string {
  const lines = [text]
  if (!/^\s*Listen\b/im.test(text)) lines.push('Listen 127.0.0.1:${PORT}')
  if (!/^\s*ErrorLog\b/im.test(text)) lines.push('ErrorLog ${ROOT}/error.log')
  if (!/^\s*LogLevel\b/im.test(text)) lines.push('LogLevel info')
  return lines.join('\n').replaceAll('${PORT}', String(port)).replaceAll('${ROOT}', root)
}

interface Running {
  /** What it has said so far, beside its logs. */
  readonly said: string
  reload(): Promise<void>
  signal(signal: NodeJS.Signals): void
  stop(): Promise<void>
  /** Resolves with the exit code of a program of its own. */
  readonly exited: Promise<number | null>
}

/** A site that is served. Dispose of it. */
export class TestSite {
  readonly root: string
  readonly port: number
  readonly url: string
  readonly #running: Running
  readonly #visitors: Visitor[] = []

  constructor({ root, port }: Places, running: Running) {
    this.root = root
    this.port = port
    this.url = `http://127.0.0.1:${port}`
    this.#running = running
  }

  /** A client with its own cookies. @param options `url` in place of {@link TestSite.url}. */
  visitor({ url = this.url, ...options }: VisitorOptions & { readonly url?: string } = {}): Visitor {
    const visitor = new Visitor(url, options)
    this.#visitors.push(visitor)
    return visitor
  }

  /** Sends octets as they are. @returns All that comes back, when the gateway closes the connection. */
  async raw(text: string, port: number = this.port): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(part))
    // A refusal may cut off what is still being sent.
    socket.on('error', () => socket.destroy())
    socket.write(text, 'latin1')
    await once(socket, 'close')
    return Buffer.concat(parts).toString('latin1')
  }

  /** What is in a file below the folder of the test. */
  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8')
  }

  /** What the gateway said at its start: findings about the configuration; as a program of its own also its addresses. */
  get said(): string {
    return this.#running.said
  }

  /** The log of errors so far. */
  log(): string {
    return this.read('error.log')
  }

  /** Waits until a file below the folder of the test says something. */
  async says(path: string, text: string | RegExp): Promise<string> {
    for (let turn = 0; turn < 400; turn += 1) {
      const content = existing(join(this.root, path))
      if (typeof text === 'string' ? content.includes(text) : text.test(content)) return content
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`${path} does not say ${String(text)}:\n${existing(join(this.root, path))}`)
  }

  /** Changes the configuration, and has it read anew; resolves when the gateway has. */
  async reload(text: string): Promise<void> {
    writeFileSync(join(this.root, 'site.conf'), completed(text, this))
    await this.#running.reload()
  }

  signal(signal: NodeJS.Signals): void {
    this.#running.signal(signal)
  }

  /** Of a program of its own. */
  get exited(): Promise<number | null> {
    return this.#running.exited
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const visitor of this.#visitors) visitor[Symbol.dispose]()
    await this.stop()
    rmSync(this.root, { recursive: true, force: true })
  }
}

function existing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function serveOptions(root: string, { workers = 1, drainMs = 5000 }: SiteOptions): ServeOptions {
  return { file: join(root, 'site.conf'), workers, stateDirectory: join(root, 'state'), drainMs }
}

/** The gateway in this process. */
class InProcess implements Running {
  readonly exited: Promise<number | null> = Promise.resolve(null)
  readonly said: string
  readonly #server: SingleServer
  #stopped: Promise<void> | undefined

  private constructor(server: SingleServer, said: string) {
    this.#server = server
    this.said = said
  }

  static async start(root: string, options: SiteOptions): Promise<InProcess> {
    const server = new SingleServer(serveOptions(root, options))
    const { diagnostics, sources } = await server.start()
    return new InProcess(server, formatProblems(diagnostics, sources))
  }

  reload(): Promise<void> {
    return this.#server.reload()
  }

  signal(signal: NodeJS.Signals): void {
    throw new Error(`${signal} needs process: true`)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#server.stop()
    return this.#stopped
  }
}

/** The gateway as a program. */
class Program implements Running {
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  readonly #log: string
  #said = ''

  private constructor(child: ChildProcess, log: string) {
    this.#child = child
    this.#log = log
    this.exited = once(child, 'exit').then(([code]) => code as number | null)
  }

  static async start(root: string, options: SiteOptions): Promise<Program> {
    const { file, workers, stateDirectory = '', drainMs = 0 } = serveOptions(root, options)
    const words = ['serve', file, '--workers', String(workers), '--state', stateDirectory]
    const args = ['--conditions=source', program, ...words, '--drain', String(Math.ceil(drainMs / 1000))]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const started = new Program(child, join(root, 'error.log'))
    await started.#serves()
    return started
  }

  get said(): string {
    return this.#said
  }

  async reload(): Promise<void> {
    const before = this.#answers()
    this.signal('SIGHUP')
    for (let turn = 0; turn < 400 && this.#answers() === before; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 25))
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal('SIGTERM')
    await this.exited
  }

  /** How often the log tells of a configuration that was read anew, or was not. */
  #answers(): number {
    return existing(this.#log).split('the configuration was ').length
  }

  async #serves(): Promise<void> {
    const hear = (part: Buffer) => (this.#said += String(part))
    this.#child.stderr?.on('data', hear)
    const serves = new Promise<void>((resolve) => {
      this.#child.stdout?.on('data', (part: Buffer) => {
        hear(part)
        if (this.#said.includes('sekisho serves')) resolve()
      })
    })
    const ended = this.exited.then((code) => {
      throw new Error(`the gateway ended with ${String(code)}: ${this.#said}`)
    })
    await Promise.race([serves, ended])
    ended.catch(() => undefined)
  }
}
