/**
 * The folder of one server, in which its programs run.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Guard, Guarded, logOf, type EndSignal } from './guarded.ts'
import type { Account } from './programs.ts'

/** Milliseconds after which a program that prepares a folder is killed. */
const patienceMs = 60_000

/** How a folder is set up. */
export interface WorkplaceOptions {
  /** Whom it belongs to, and who runs what is run in it (default: we). */
  readonly account?: Account | undefined
  /** What the server is sent when it shall end at once (default `KILL`). */
  readonly endSignal?: EndSignal
}

/** A new folder in the temporary folder of the machine. It goes when we remove it, or when we die. */
export class Workplace {
  readonly path: string
  /** {@inheritDoc WorkplaceOptions.endSignal} */
  readonly endSignal: EndSignal
  readonly #account: Account | undefined
  readonly #guard: Guard

  /** @param name A word for the name of the folder. */
  constructor(name: string, { account, endSignal = 'KILL' }: WorkplaceOptions = {}) {
    this.path = join(tmpdir(), `sekisho-${name}-${randomBytes(6).toString('hex')}`)
    this.endSignal = endSignal
    this.#account = account
    this.#guard = new Guard(this.path, endSignal)
    mkdirSync(this.path, { mode: 0o700 })
    if (account !== undefined) chownSync(this.path, account.uid, account.gid)
  }

  /** Where something in it is. */
  file(...names: string[]): string {
    return join(this.path, ...names)
  }

  /** Starts a program; the one before must have ended. */
  run(line: readonly string[]): Guarded {
    return new Guarded({ line, folder: this.path, account: this.#account, guard: this.#guard })
  }

  /**
   * Runs a program to its end, before the server.
   *
   * @throws With what it printed, when it fails; the folder is then removed.
   */
  async prepare(...line: string[]): Promise<void> {
    const logged = this.log().length
    const program = this.run(line)
    const late = setTimeout(() => program.signalAll('SIGKILL'), patienceMs)
    const ending = await program.end()
    clearTimeout(late)
    if (ending === 'ended with 0') return
    const said = this.log().slice(logged)
    this.remove()
    throw new Error(`\`${line.join(' ')}\` ${ending}; it printed:\n${tail(said)}`)
  }

  /** What its programs have printed. */
  log(): string {
    return existsSync(logOf(this.path)) ? readFileSync(logOf(this.path), 'utf8') : ''
  }

  /** Removes it; its programs must have ended. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
    this.#guard.dismiss()
  }
}

/** The last lines of a text. */
export function tail(text: string): string {
  return text.trim().split('\n').slice(-20).join('\n')
}
