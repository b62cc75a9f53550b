import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from './failure.ts'

/** A program of the site. */
export interface ProgramOptions {
  /** As a message calls it: `the shop`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** What its environment has beside that of this process. */
  readonly environment: Readonly<Record<string, string>>
  /** The file for all that it says. */
  readonly log: string
}

/** Lines of a log that a message shows. */
const lastWords = 12

/**
 * A program that runs in a process group of its own: Ctrl-C in a terminal reaches only whoever started it, so that all of them can
 * end in order.
 */
export class Program {
  readonly name: string
  /** Resolves with the reason when it has ended, whoever ended it. */
  readonly ended: Promise<Failure>
  readonly #child: ChildProcess

  constructor({ name, command, args, environment, log }: ProgramOptions) {
    this.name = name
    const output = openSync(log, 'w', 0o600)
    const env = { ...process.env, ...environment }
    this.#child = spawn(command, args, { detached: true, stdio: ['ignore', output, output], env })
    closeSync(output)
    const exited = once(this.#child, 'exit').then(
      ([code, signal]) => String(signal ?? `exit code ${String(code)}`),
      (error: Error) => error.message,
    )
    this.ended = exited.then((how) => new Failure(`${name} ended (${how})${wordsIn(log)}`))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Waits for something, unless the program ends before. @throws Failure when it does, or after `seconds`. */
  async until(ready: (signal: AbortSignal) => Promise<void>, seconds = 30): Promise<void> {
    const patience = new AbortController()
    const late = pause(seconds * 1000, undefined, { signal: patience.signal }).then(
      () => new Failure(`${this.name} did not answer within ${seconds} seconds`),
      () => undefined,
    )
    try {
      const failure = await Promise.race([ready(patience.signal).then(() => undefined), this.ended, late])
      if (failure !== undefined) throw failure
    } finally {
      patience.abort()
    }
  }

  /** Asks it to end, and does not ask after `seconds`. */
  async stop(seconds: number): Promise<void> {
    if (!this.#isRunning) return
    this.#child.kill('SIGTERM')
    const patience = new AbortController()
    const late = pause(seconds * 1000, undefined, { signal: patience.signal }).then(
      () => this.kill(),
      () => undefined,
    )
    await this.ended
    patience.abort()
    await late
  }

  /** Ends it with all that it has started, at once. */
  kill(): void {
    if (this.#isRunning && this.pid !== undefined) process.kill(-this.pid, 'SIGKILL')
  }

  get #isRunning(): boolean {
    return this.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }
}

function wordsIn(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lastWords)
  return lines.join('').trim() === '' ? '' : `; the end of ${log}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
