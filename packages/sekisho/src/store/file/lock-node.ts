/**
 * Locks between processes, as links. The argument why two never hold one is in docs/decisions/004-file-lock.md.
 *
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises'
import { SekishoError } from '../../errors.ts'
import { attempt, errnoOf, pathIn } from './fs-node.ts'
import { readHolder, type Holder } from './holder-node.ts'
import { identityName, type Home } from './home-node.ts'
import { judge } from './identity-node.ts'

const firstPauseMs = 1
const longestPauseMs = 16

/** Settings of {@link FileLocks}. */
export interface FileLockOptions {
  /** How long to wait for a lock. */
  readonly timeoutMs: number
  /** From what age on a lock is taken from a holder who is not known to be dead. */
  readonly maxAgeMs: number
  /** Whether all holders run on this machine, so that another boot id means a dead one. */
  readonly oneMachine: boolean
}

/** Exclusive sections by name. A section is synchronous, so a thread never waits for itself. */
export class FileLocks {
  readonly #home: Home
  readonly #options: FileLockOptions

  constructor(home: Home, options: FileLockOptions) {
    this.#home = home
    this.#options = options
  }

  /** Runs `section` while holding the lock, after waiting for it as long as allowed. */
  async hold<T>(name: string, section: () => T): Promise<T> {
    const path = pathIn(this.#home.locks, name)
    const waitingSince = performance.now()
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const holder = this.#take(path)
      if (holder === undefined) return this.#inside(path, section)
      if (performance.now() - waitingSince >= this.#options.timeoutMs) throw this.#refusal(name, holder)
      await pause(pauseMs * (0.5 + Math.random()))
    }
  }

  /** Runs `section` if the lock can be had at once. @returns Whether it ran. */
  tryHold(name: string, section: () => void): boolean {
    const path = pathIn(this.#home.locks, name)
    if (this.#take(path) !== undefined) return false
    this.#inside(path, section)
    return true
  }

  /** Removes a lock whose holder is gone, if it is that. */
  clear(name: string): void {
    const path = pathIn(this.#home.locks, name)
    const holder = readHolder(this.#home.fs, path)
    if (holder !== undefined && this.#isStale(holder)) this.#break(path, holder)
  }

  /** Whether the process is known to be gone (`dead`), to be there (`alive`), or neither. */
  judge({ identity }: Holder): 'alive' | 'dead' | 'unknown' {
    if (identity === undefined) return 'unknown'
    return judge(identity, this.#home.desk().identity, this.#options.oneMachine)
  }

  #inside<T>(path: string, section: () => T): T {
    try {
      return section()
    } finally {
      // Whatever goes wrong here, the section has done its work and its result stands. A lock that stays is recognised as
      // our own by the next `take`; where we were fenced meanwhile, it is no longer ours to remove.
      attempt(() => this.#putAway(path))
    }
  }

  /** @returns `undefined` when the lock is ours now, else who has it. */
  #take(path: string): Holder | undefined {
    for (;;) {
      if (this.#link(path)) return undefined
      const holder = readHolder(this.#home.fs, path)
      if (holder === undefined) continue
      if (!this.#isStale(holder) || !this.#break(path, holder)) return holder
    }
  }

  #link(path: string): boolean {
    try {
      this.#home.fs.link(pathIn(this.#home.desk().path, identityName), path)
      return true
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false
      throw error
    }
  }

  /**
   * Removes a lock by a rename into the own directory. An unlink could be made by a process that slept through the breaking
   * of its lock, and would hit the lock of the next holder; the rename cannot, because the sleeper's directory is gone.
   */
  #putAway(path: string): void {
    const away = this.#home.newPath()
    this.#home.fs.rename(path, away)
    this.#home.fs.unlink(away)
  }

  #isStale(holder: Holder): boolean {
    if (holder.nonce === this.#home.desk().identity.nonce || this.judge(holder) === 'dead') return true
    // An age below zero by as much says that the clock was set back since.
    return Math.abs(Date.now() - holder.sinceMs) > this.#options.maxAgeMs
  }

  /** @returns Whether the lock was removed or had changed hands, so that trying again makes sense. */
  #break(path: string, holder: Holder): boolean {
    if (holder.nonce === this.#home.desk().identity.nonce) {
      this.#putAway(path)
      return true
    }
    const claim = `${path}.${holder.nonce}`
    if (this.#take(claim) !== undefined) return false
    this.#inside(claim, () => this.#remove(path, holder))
    return true
  }

  /** Runs under the claim. The second look comes after the fence: from then on the holder can neither let go nor take again. */
  #remove(path: string, holder: Holder): void {
    if (!this.#isStillHeld(path, holder)) return
    if (holder.identity !== undefined) this.#home.fence(holder.nonce)
    if (this.#isStillHeld(path, holder)) this.#putAway(path)
  }

  #isStillHeld(path: string, { nonce }: Holder): boolean {
    return readHolder(this.#home.fs, path)?.nonce === nonce
  }

  #refusal(name: string, { identity }: Holder): SekishoError {
    const who = identity === undefined ? 'a file that is no lock' : `process ${identity.pid}`
    const where = identity?.pidNamespace ? ` (namespace ${identity.pidNamespace})` : ''
    const message = `the lock ${name} could not be had within ${this.#options.timeoutMs} ms; it is held by ${who}${where}`
    return new SekishoError('ERR_STORE_LOCKED', message)
  }
}
