import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A directory for what a site keeps, and how to get rid of it. */
export function newState(): string {
  return mkdtempSync(join(tmpdir(), 'sekisho-example-'))
}

/** The site as `npm start` opens it. */
export class RunningSite {
  /** All that it has said so far. */
  said = ''
  /** What it has complained about. */
  complaints = ''
  readonly state: string
  readonly #child: ChildProcess
  readonly #exited: Promise<number>

  constructor(state: string, environment: Readonly<Record<string, string>> = {}) {
    this.state = state
    this.#child = spawn(process.execPath, ['--conditions=source', program], {
      env: { ...process.env, PORT: '0', SITE_STATE: state, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#exited = once(this.#child, 'close').then(([code]) => code as number)
    this.#child.stdout?.on('data', (part: Buffer) => (this.said += part.toString()))
    this.#child.stderr?.on('data', (part: Buffer) => (this.complaints += part.toString()))
  }

  /** Waits until it says that it is open. */
  static async open(state: string, environment: Readonly<Record<string, string>> = {}): Promise<RunningSite> {
    const site = new RunningSite(state, environment)
    const opened = (async () => {
      while (!site.said.includes('Ctrl+C')) await new Promise((resolve) => setTimeout(resolve, 20))
    })()
    const ended = site.#exited.then((code) => {
      throw new Error(`the site ended with ${code}: ${site.complaints}`)
    })
    ended.catch(() => undefined)
    await Promise.race([opened, ended])
    return site
  }

  /** The addresses that it has printed. */
  get addresses(): readonly string[] {
    return this.said.match(/https?:\/\/\S+/g) ?? []
  }

  /** Of the first address. */
  get port(): string {
    return new URL(this.addresses[0] ?? '').port
  }

  /** The password that it has printed. */
  passwordOf(user: string): string {
    return new RegExp(`^ +${user} +(\\S+)$`, 'm').exec(this.said)?.[1] ?? ''
  }

  /** Resolves with the exit code. */
  get exited(): Promise<number> {
    return this.#exited
  }

  /** Asks it to end as a terminal does. @returns The exit code. */
  async close(): Promise<number> {
    if (this.#child.exitCode === null) this.#child.kill('SIGINT')
    return this.#exited
  }

  /** The commands of all processes that it has started, itself included, as far as they still run. */
  get processes(): readonly { readonly pid: number; readonly command: string }[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return pids
      .filter((pid) => existing(`/proc/${pid}/environ`).split('\0').includes(`SITE_STATE=${this.state}`))
      .map((pid) => ({ pid: Number(pid), command: existing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }))
  }

  /** What is left of {@link RunningSite.processes} once those that are ending have ended. */
  async leftovers(): Promise<RunningSite['processes']> {
    for (let turn = 0; turn < 100 && this.processes.length > 0; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    return this.processes
  }

  /** Closes it and removes what it keeps. */
  async dispose(): Promise<void> {
    await this.close()
    rmSync(this.state, { recursive: true, force: true })
  }
}

function existing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
