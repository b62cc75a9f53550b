import { constants } from 'node:fs'
import { dirname } from 'node:path'
import { storeFault } from './faults-node.ts'
import { attempt, isMissing, writeAll } from './fs-node.ts'
import type { Home, Tree } from './home-node.ts'

const triesWhenFenced = 3
/** The last second of the year 9999; a file system that ends earlier cuts off for itself. */
const latestSecond = 253_402_300_799

/**
 * Files are written in the process's own directory, completely, before any lock is taken, and then moved into place. Where
 * the machine's crash must be survived, they and the directories they move into are synced.
 */
export class Staging {
  readonly #home: Home
  readonly #isSynced: boolean

  constructor(home: Home, durability: 'process' | 'machine') {
    this.#home = home
    this.#isSynced = durability === 'machine'
  }

  /** Writes a file whose modification time is `mtimeMs`. @returns Its path. */
  async stage(bytes: Uint8Array, mtimeMs: number): Promise<string> {
    const { fs } = this.#home
    const path = this.#home.newPath()
    const fd = this.#home.newFile(path)
    try {
      writeAll(fs, fd, bytes)
      setTime(this.#home, fd, mtimeMs)
      if (this.#isSynced) await fs.fsync(fd)
      return path
    } catch (error) {
      this.discard(path)
      throw error
    } finally {
      fs.close(fd)
    }
  }

  /** Creates the directory of a shard when it is missing. */
  async makeShard(tree: Tree, shard: string): Promise<void> {
    const path = this.#home.shardPath(tree, shard)
    if (this.#home.make(path)) await this.settle(dirname(path))
  }

  /** Moves a staged file into place: atomic, and impossible once this process was fenced. */
  publish(staged: string, path: string): void {
    this.#home.fs.rename(staged, path)
  }

  /** Removes a file from the trees, by way of the own directory: like {@link publish}, a sleeper who was fenced cannot. */
  remove(path: string): void {
    const away = this.#home.newPath()
    this.#home.fs.rename(path, away)
    this.discard(away)
  }

  /** Removes a staged file that is not wanted. */
  discard(staged: string): void {
    attempt(() => this.#home.fs.unlink(staged))
  }

  /** Makes the last changes of a directory's entries outlive the machine, where that was asked for. */
  async settle(directory: string): Promise<void> {
    // Windows cannot open a directory; NTFS journals its entries itself.
    if (!this.#isSynced || process.platform === 'win32') return
    const { fs } = this.#home
    const fd = fs.open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      await fs.fsync(fd)
    } finally {
      fs.close(fd)
    }
  }
}

/** Sets a file's modification time, within what file systems can hold. */
export function setTime({ fs }: Home, fd: number, mtimeMs: number): void {
  const seconds = Math.min(Math.max(mtimeMs, 0) / 1000, latestSecond)
  fs.futimes(fd, seconds, seconds)
}

/**
 * Runs an operation that writes, again when the ground was pulled from under it: this process was fenced after a long sleep,
 * or somebody removed the store's directories. Nothing has been changed by then, because a change is one rename.
 */
export async function writing<T>(home: Home, verb: string, operation: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await operation()
    } catch (error) {
      if (!isMissing(error) || tries === triesWhenFenced) throw storeFault(verb, error)
      home.forget()
    }
  }
}
