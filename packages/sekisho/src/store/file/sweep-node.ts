import { join } from 'node:path'
import { isAddress } from '../../lib/address.ts'
import { channels } from '../../lib/events-node.ts'
import { OneByOne } from '../../lib/one-by-one.ts'
import { SweepGuard } from '../../lib/sweep-guard.ts'
import { isMissing } from './fs-node.ts'
import type { Home } from './home-node.ts'
import type { FileLeases } from './leases-node.ts'
import type { Leftovers } from './leftovers-node.ts'
import type { FileLocks } from './lock-node.ts'
import type { FilePrincipals } from './principals-node.ts'
import type { RecordFiles } from './record-files-node.ts'
import { Breath, namesIn, shardNames } from './shards-node.ts'

const shards = shardNames.length
/** So many records at least are looked at before the guard is asked: addresses are hashes, so any of them are a fair sample. */
const sampleSize = 500
/** A file that is no record (or one of a later version of this software) stays a day longer, for whoever wants to see it. */
const malformedGraceMs = 86_400_000
/** So many principals are looked at in one sweep. */
const principalsPerSweep = 500

/** What a {@link Sweeper} works with. */
export interface SweeperParts {
  readonly home: Home
  readonly locks: FileLocks
  readonly files: RecordFiles
  readonly principals: FilePrincipals
  readonly leases: FileLeases
  readonly leftovers: Leftovers
  readonly now: () => number
  readonly graceMs: number
}

/** A record that was dead when its shard was read. */
interface Found {
  readonly shard: number
  readonly address: string
}

/** What one sweep has done so far. */
interface Progress {
  readonly limit: number
  removed: number
  /** Shards passed. */
  passed: number
  dead: number
  seen: number
}

/**
 * Removes what has died. A sweep goes round the shards once at most, from where the last one stopped, and passes over a
 * shard in which nothing can be due: what was created since it was last read is not due before the grace is over.
 */
export class Sweeper {
  readonly #parts: SweeperParts
  readonly #guard = new SweepGuard()
  readonly #nextDue = new Float64Array(shards)
  readonly #readAt = new Float64Array(shards)
  readonly #living = new Uint32Array(shards)
  readonly #breath = new Breath()
  #found: Found[] = []
  #cursor = 0
  #principalCursor = 0
  #principalsDue = 0
  readonly #sweeps = new OneByOne()

  constructor(parts: SweeperParts) {
    this.#parts = parts
  }

  /** Removes at most `limit` dead records; one sweep of this store after the other. */
  sweep(limit: number): Promise<number> {
    return this.#sweeps.run(() => this.#sweep(limit))
  }

  async #sweep(limit: number): Promise<number> {
    const { home, leases, leftovers, now, graceMs } = this.#parts
    home.prepare()
    const removed = await this.#sweepSessions(limit)
    await this.#sweepPrincipals()
    await leases.sweep(now() - graceMs, this.#breath)
    await leftovers.sweep(this.#breath)
    return removed
  }

  async #sweepSessions(limit: number): Promise<number> {
    const progress: Progress = { limit, removed: 0, passed: 0, dead: 0, seen: 0 }
    await this.#bury(progress)
    while (progress.removed < limit && progress.passed < shards) {
      const found = await this.#look(progress)
      if (!this.#guard.allows(progress.dead, progress.seen)) {
        for (const { shard } of found) this.#nextDue[shard] = 0
        break
      }
      this.#found = found
      await this.#bury(progress)
    }
    return progress.removed
  }

  /** Looks at shards until there are enough records for a judgement. */
  async #look(progress: Progress): Promise<Found[]> {
    const found: Found[] = []
    const enough = progress.seen + sampleSize
    for (; progress.passed < shards && progress.seen < enough; progress.passed += 1) {
      const shard = this.#cursor
      this.#cursor = (shard + 1) % shards
      const dead = this.#isDue(shard) ? await this.#read(shard) : []
      progress.dead += dead.length
      progress.seen += dead.length + (this.#living[shard] ?? 0)
      for (const address of dead) found.push({ shard, address })
    }
    return found
  }

  /** A clock that was set back makes everything due for a look. */
  #isDue(shard: number): boolean {
    const now = this.#parts.now()
    return now >= (this.#nextDue[shard] ?? 0) || now < (this.#readAt[shard] ?? 0)
  }

  /** @returns What is dead in a shard; notes the rest. */
  async #read(shard: number): Promise<string[]> {
    const { home, graceMs } = this.#parts
    const now = this.#parts.now()
    const directory = home.shardPath('sessions', nameOf(shard))
    const dead: string[] = []
    let [living, nextDue] = [0, now + graceMs]
    for (const name of await namesIn(home, directory)) {
      await this.#breath.take()
      const due = isAddress(name) ? this.#timeOf(join(directory, name)) : undefined
      if (due === undefined) continue
      if (due + graceMs <= now) dead.push(name)
      else {
        living += 1
        nextDue = Math.min(nextDue, due + graceMs)
      }
    }
    this.#readAt[shard] = now
    this.#nextDue[shard] = nextDue
    this.#living[shard] = living
    return dead
  }

  /** Removes what was found dead; what is over the limit waits for the next sweep. */
  async #bury(progress: Progress): Promise<void> {
    while (progress.removed < progress.limit) {
      const next = this.#found.pop()
      if (next === undefined) return
      await this.#breath.take()
      if (this.#remove(next.address)) progress.removed += 1
      else this.#nextDue[next.shard] = 0
    }
  }

  /** Looks again under the lock: a touch or a login may have come since. */
  #remove(address: string): boolean {
    const { locks, files, home } = this.#parts
    let removed = false
    try {
      locks.tryHold(address, () => {
        if (!this.#isOver(address)) return
        files.remove(address)
        removed = true
      })
    } catch (error) {
      // Fenced, or the directory is gone: the next sweep begins afresh.
      if (!isMissing(error)) throw error
      home.forget()
    }
    if (removed) channels.expired.publish({ address })
    return removed
  }

  #isOver(address: string): boolean {
    const { files, graceMs } = this.#parts
    const now = this.#parts.now()
    const isOver = files.visit(address, (open) => {
      const due = files.seeOpen(address, open)?.due ?? Math.round(open.status.mtimeMs) + malformedGraceMs
      return due + graceMs <= now
    })
    return isOver ?? false
  }

  /** Goes round the principals in bounded steps, and waits as long as the grace before the next round. */
  async #sweepPrincipals(): Promise<void> {
    const { home, principals, graceMs } = this.#parts
    const now = this.#parts.now()
    if (now < this.#principalsDue && this.#principalsDue <= now + graceMs) return
    for (let seen = 0; seen < principalsPerSweep;) {
      const hashes = await namesIn(home, home.shardPath('principals', nameOf(this.#principalCursor)))
      for (const hash of hashes) {
        await this.#breath.take()
        if (isAddress(hash)) await principals.sweep(hash, now - graceMs)
      }
      seen += hashes.length
      this.#principalCursor = (this.#principalCursor + 1) % shards
      if (this.#principalCursor !== 0) continue
      this.#principalsDue = now + graceMs
      return
    }
  }

  #timeOf(path: string): number | undefined {
    try {
      const status = this.#parts.home.fs.lstat(path)
      return status.isFile() ? Math.round(status.mtimeMs) : undefined
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }
}

function nameOf(shard: number): string {
  return shardNames[shard] ?? ''
}
