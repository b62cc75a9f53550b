import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { SekishoError } from 'sekisho'
import { sqliteOfNode } from '../../../lib/sqlite-node.ts'
import { fileFault } from './file-faults-node.ts'

/** SQLite's code for a lock that somebody else has. */
const busy = 5
/** Somebody who holds a lock for so long hangs: sections take a fraction of a millisecond. */
const longestWaitMs = 1000

/**
 * Exclusive sections for all processes that use a directory. Node has no file locks, and SQLite does: each lock is an empty
 * database that is never written, and `BEGIN IMMEDIATE` takes the kernel's lock on it. It cannot be left behind, because the kernel
 * gives it back when its holder dies, and nobody is taken for dead who only sleeps.
 */
export class FileLocks {
  readonly #directory: string
  readonly #sqlite = sqliteOfNode()
  readonly #locks = new Map<string, DatabaseSync>()

  /** @throws SekishoError `ERR_STORE_SETUP` where Node has no SQLite. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * Runs work while no other process runs any for the same id.
   *
   * @param work Synchronous and short: the whole process waits for it.
   * @throws SekishoError `ERR_STORE_LOCKED` when the lock cannot be had within a second.
   */
  async exclusively<T>(id: string, work: () => T): Promise<T> {
    const lock = this.#lock(id.slice(0, 1))
    const deadline = performance.now() + longestWaitMs
    while (!isTaken(lock)) {
      if (performance.now() > deadline) throw lockedFor(this.#directory)
      await pause(1 + Math.random() * 4)
    }
    try {
      return work()
    } finally {
      lock.exec('ROLLBACK')
    }
  }

  close(): void {
    for (const lock of this.#locks.values()) lock.close()
    this.#locks.clear()
  }

  /** Sixteen of them, so that few wait for others. */
  #lock(name: string): DatabaseSync {
    const known = this.#locks.get(name)
    if (known !== undefined) return known
    const path = join(this.#directory, `.sekisho-lock-${name}`)
    try {
      closeSync(openSync(path, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600))
      const lock = new this.#sqlite.DatabaseSync(path, { timeout: 0 })
      this.#locks.set(name, lock)
      return lock
    } catch (cause) {
      throw fileFault(path, cause)
    }
  }
}

function isTaken(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if ((error as { readonly errcode?: number }).errcode === busy) return false
    throw error
  }
}

function lockedFor(directory: string): SekishoError {
  const message = `a lock in ${directory} could not be had for ${longestWaitMs} ms: a process that holds it hangs`
  return new SekishoError('ERR_STORE_LOCKED', message)
}
