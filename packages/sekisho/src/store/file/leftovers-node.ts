import { join } from 'node:path'
import { attempt, isMissing } from './fs-node.ts'
import { readHolder } from './holder-node.ts'
import { fencedSuffix, identityName, type Home } from './home-node.ts'
import type { FileLocks } from './lock-node.ts'
import type { Breath } from './shards-node.ts'

/** So many files are looked at in one sweep. */
const mostPerSweep = 500
/** A directory without an identity is one that is just being made, or that a dying process could not finish. */
const unfinishedMs = 3_600_000
/** From then on a process that cannot be judged (another container) loses its directory. If it lives, it makes another. */
const unknownMs = 7 * 86_400_000

/** Removes what dead processes have left: their directories with files half written, and their locks. */
export class Leftovers {
  readonly #home: Home
  readonly #locks: FileLocks

  constructor(home: Home, locks: FileLocks) {
    this.#home = home
    this.#locks = locks
  }

  /** Removes a bounded part of what is left. */
  async sweep(breath: Breath): Promise<void> {
    for (const name of await this.#names(this.#home.locks)) {
      await breath.take()
      attempt(() => this.#locks.clear(name))
    }
    for (const name of await this.#names(this.#home.processes)) {
      await breath.take()
      if (!name.endsWith(fencedSuffix)) attempt(() => this.#judge(name))
      else await this.#clear(join(this.#home.processes, name), breath)
    }
  }

  /** Fences who is gone; the next sweep clears away. */
  #judge(nonce: string): void {
    if (!/^[0-9a-f]{16}$/.test(nonce) || nonce === this.#home.desk().identity.nonce) return
    const path = join(this.#home.processes, nonce)
    const holder = readHolder(this.#home.fs, join(path, identityName))
    if (holder === undefined) {
      if (Date.now() - this.#home.fs.lstat(path).ctimeMs > unfinishedMs) this.#home.fence(nonce)
      return
    }
    const verdict = this.#locks.judge(holder)
    if (verdict === 'dead' || (verdict === 'unknown' && Date.now() - holder.sinceMs > unknownMs))
      this.#home.fence(nonce)
  }

  async #clear(path: string, breath: Breath): Promise<void> {
    for (const name of await this.#names(path)) {
      await breath.take()
      attempt(() => this.#home.fs.unlink(join(path, name)))
    }
    attempt(() => this.#home.fs.rmdir(path))
  }

  async #names(path: string): Promise<string[]> {
    try {
      return (await this.#home.fs.readdir(path)).slice(0, mostPerSweep)
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }
}
