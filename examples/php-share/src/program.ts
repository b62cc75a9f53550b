import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
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
  /** The port that it opens. */
  readonly port: number
  /** The file for all that it says. */
  readonly log: string
}

const patienceMs = 30_000

/** A program in a process group of its own, which ends when it is told to, with all that it has started. */
export class Program {
  readonly #options: ProgramOptions
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(options: ProgramOptions) {
    const { command, args, environment, log } = options
    const output = openSync(log, 'w', 0o600)
    this.#options = options
    this.#child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...environment },
    })
    closeSync(output)
    this.#ended = once(this.#child, 'exit').catch(() => undefined)
  }

  /** Resolves when it takes connections. @throws Failure */
  async ready(): Promise<void> {
    const { name, port, log } = this.#options
    for (const deadline = Date.now() + patienceMs; !(await isOpen(port)); await pause(25)) {
      if (!this.#isRunning || Date.now() > deadline)
        throw new Failure(`${name} does not open its port: ${readFileSync(log, 'utf8').slice(-500)}`)
    }
  }

  async stop(): Promise<void> {
    this.kill('SIGTERM')
    const late = setTimeout(() => this.kill('SIGKILL'), 5000)
    await this.#ended
    clearTimeout(late)
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (!this.#isRunning || pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // It has just ended.
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

/** @throws Failure where there is no PHP that is new enough. */
export function requirePhp(): void {
  const { status } = spawnSync('php', ['-r', 'exit(PHP_VERSION_ID < 80100 ? 1 : 0);'], { stdio: 'ignore' })
  if (status !== 0) throw new Failure('this example needs PHP 8.1 or later: sudo apt-get install php-cli')
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const found = (open: boolean) => () => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', found(true)).once('error', found(false))
  })
}
