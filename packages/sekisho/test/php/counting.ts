/** Processes that count in one session, of PHP and of ours, and what they are told. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Job } from './count.worker.ts'

const phpProgram = fileURLToPath(new URL('count.php', import.meta.url))
const ourProgram = fileURLToPath(new URL('count.worker.ts', import.meta.url))

/** Settings of PHP that make a session of one script what it is in a page, without a cookie. */
const bare = {
  'session.use_cookies': 0,
  'session.use_strict_mode': 0,
  'session.cache_limiter': '',
  'session.gc_probability': 0,
  'session.serialize_handler': 'php',
}

/** Directives for a command line. */
export function directives(ini: Readonly<Record<string, string | number>>): string[] {
  return Object.entries({ ...bare, ...ini }).flatMap(([name, value]) => ['-d', `${name}="${value}"`])
}

/** An id that no session has had. */
export function newId(): string {
  return `${Date.now().toString(36)}${Math.random().toString(36).slice(2).padEnd(20, '0')}`
}

/** A process that counts. */
export class Counting {
  readonly #child: ChildProcess
  #said = ''
  #complaints = ''
  readonly #ended: Promise<number | null>

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.on('data', (part: Buffer) => (this.#said += part.toString()))
    this.#child.stderr?.on('data', (part: Buffer) => (this.#complaints += part.toString()))
    this.#ended = once(this.#child, 'close').then(([code]) => code as number | null)
  }

  /** A process of PHP. */
  static ofPhp(ini: Readonly<Record<string, string | number>>, job: Pick<Job, 'id' | 'times' | 'workMs'>): Counting {
    const { id, times, workMs = 0 } = job
    return new Counting('php', [...directives(ini), phpProgram, id, String(times), String(workMs)])
  }

  /** A process of ours. */
  static ofOurs(job: Job): Counting {
    return new Counting(process.execPath, ['--conditions=source', ourProgram, JSON.stringify(job)])
  }

  /** Resolves when it is about to ask for the session. */
  ready(): Promise<void> {
    return this.#says('ready')
  }

  /** Resolves when it has the session for the first time. */
  started(): Promise<void> {
    return this.#says('started')
  }

  async #says(word: string): Promise<void> {
    while (!this.#said.includes(word)) {
      if (this.#child.exitCode !== null) throw new Error(`ended before it began: ${this.#complaints}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** The id of the process. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether it has ended. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Resolves when it has done all. @throws With what it complained of. */
  async done(): Promise<void> {
    const code = await this.#ended
    if (code !== 0 || this.#complaints !== '') throw new Error(`ended with ${code}: ${this.#complaints}`)
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
