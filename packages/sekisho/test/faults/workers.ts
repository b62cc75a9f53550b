/** Several nodes of one application, in real processes, and requests to them. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { textOf } from '../http-server.ts'
import type { NodeReport, NodeSettings } from './node.worker.ts'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly body: string
  /** The session cookie that the answer sets: `undefined` when it sets none, empty when it expires it. */
  readonly cookie: string | undefined
  /** How long it took, in milliseconds. */
  readonly ms: number
}

const program = fileURLToPath(new URL('node.worker.ts', import.meta.url))
/** Nodes compile the same files again and again. */
const compileCache = join(tmpdir(), 'sekisho-compile-cache')
const defaults = { readMs: 500, writeMs: 800, pauseMs: 200 }
/** Milliseconds after which an answer is no longer waited for. */
const patienceMs = 60_000

/** The nodes of an application. */
export class Workers {
  readonly #settings: NodeSettings
  readonly #size: number
  #nodes: AppNode[] = []

  private constructor(settings: NodeSettings, size: number) {
    this.#settings = settings
    this.#size = size
  }

  /** Starts three nodes, or so many, which end with the test. */
  static async start(
    t: TestContext,
    settings: Pick<NodeSettings, 'store'> & Partial<NodeSettings>,
    size: number = 3,
  ): Promise<Workers> {
    const workers = new Workers({ ...defaults, ...settings }, size)
    t.after(() => workers.kill())
    await workers.#startAll()
    return workers
  }

  get size(): number {
    return this.#size
  }

  /** Sends a request to one of the nodes. Rejects when no answer comes. */
  ask(node: number, path: string, cookie?: string): Promise<Answer> {
    const found = this.#nodes[node]
    if (found === undefined) throw new RangeError(`there is no node ${node}`)
    return ask(found.port, path, cookie)
  }

  /** What all nodes have to say of themselves since the last time. */
  async reports(): Promise<NodeReport[]> {
    const answers = await Promise.all(this.#nodes.map(({ port }) => ask(port, '/report')))
    return answers.map(({ body }) => JSON.parse(body) as NodeReport)
  }

  /** How many handlers of a node are at work. */
  async running(node: number): Promise<number> {
    const { body } = await this.ask(node, '/report')
    return (JSON.parse(body) as NodeReport).running
  }

  /** Ends one node, by SIGTERM or SIGKILL, and starts a new one in its place. */
  async replace(node: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#nodes[node]?.end(signal)
    this.#nodes[node] = await AppNode.start(this.#settings)
  }

  /** Kills all nodes by SIGKILL. */
  async kill(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.end('SIGKILL')))
  }

  /** Ends all nodes, by SIGTERM or SIGKILL, and starts as many new ones. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.end(signal)))
    await this.#startAll()
  }

  async #startAll(): Promise<void> {
    this.#nodes = await Promise.all(Array.from({ length: this.#size }, () => AppNode.start(this.#settings)))
  }
}

/** One process. */
class AppNode {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(settings: NodeSettings): Promise<AppNode> {
    const execArgv = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc']
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
    const child = fork(program, [JSON.stringify(settings)], { execArgv, env })
    const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [number]
    if (child.exitCode !== null) throw new Error(`a node ended with ${child.exitCode} before it listened`)
    return new AppNode(child, first)
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }
}

async function ask(port: number, path: string, cookie?: string): Promise<Answer> {
  const headers = cookie === undefined || cookie === '' ? {} : { cookie: `__Host-sid=${cookie}` }
  const began = performance.now()
  const request = http.request({ port, path, headers, agent: false, timeout: patienceMs })
  request.on('timeout', () => request.destroy(new Error(`no answer to ${path} within ${patienceMs} ms`)))
  const [message] = (await once(request.end(), 'response')) as [IncomingMessage]
  const body = await textOf(message)
  return { status: message.statusCode ?? 0, body, cookie: cookieOf(message), ms: performance.now() - began }
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const lines = headers['set-cookie']?.filter((line) => line.startsWith('__Host-sid=')) ?? []
  return lines.at(-1)?.split(';')[0]?.slice('__Host-sid='.length)
}
