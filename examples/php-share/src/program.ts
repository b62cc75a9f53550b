import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Why the site cannot open, in words for whoever started it: shown without a stack. */
export class Failure extends Error {}

/** A program of the site. */
export interface ProgramOptions {
  /** As a message calls it: `PHP`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The port that it opens, or the path of its socket. */
  readonly opens: number | string
  /** The file for all that it says; begun anew. */
  readonly log: string
}

const patienceMs = 30_000

/**
 * A program in a process group of its own: it ends when it is told to, with all that it has started, and is told to by the
 * kernel when we are killed.
 */
export class Program {
  readonly #options: ProgramOptions
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(options: ProgramOptions) {
    const { command, args, environment, log } = options
    rmSync(log, { force: true })
    // For appending: Apache and PHP open the same file again.
    const output = openSync(log, 'a', 0o600)
    this.#options = options
    this.#child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...environment },
    })
    closeSync(output)
    this.#ended = once(this.#child, 'exit').catch(() => undefined)
    // One that has crashed leaves its workers behind.
    this.#child.once('exit', () => this.#signal('SIGKILL'))
  }

  /** Resolves when it takes connections. @throws Failure */
  async ready(): Promise<void> {
    const { name, opens, log } = this.#options
    for (const deadline = Date.now() + patienceMs; !(await isOpen(opens)); await pause(25)) {
      if (!this.#isRunning || Date.now() > deadline)
        throw new Failure(`${name} takes no connections: ${readFileSync(log, 'utf8').slice(-500)}`)
    }
  }

  async stop(): Promise<void> {
    this.kill('SIGTERM')
    const late = setTimeout(() => this.kill('SIGKILL'), 5000)
    await this.#ended
    clearTimeout(late)
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#isRunning) this.#signal(signal)
  }

  /** To all of its group. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // They have all ended.
    }
  }

  get #isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }
}

/** A port that nobody uses. @param wanted 0: any. @throws Failure when somebody uses the one that is wanted. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer()
  server.listen(wanted, '127.0.0.1')
  await once(server, 'listening').catch(() => {
    throw new Failure(`port ${wanted} is taken by another program; choose another one with PORT=${wanted + 1}`)
  })
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function isOpen(place: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof place === 'number' ? connect(place, '127.0.0.1') : connect(place)
    const found = (open: boolean) => () => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', found(true)).once('error', found(false))
  })
}
