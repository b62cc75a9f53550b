import { join } from 'node:path'
import { SekishoError } from '../../errors.ts'
import {
  currentOwner,
  isInside,
  prepareInside,
  prepareRoot,
  refuseNetworkFileSystem,
  type Owner,
} from './directory-node.ts'
import { setupFault } from './faults-node.ts'
import { attempt, errnoOf, isMissing, newFlags, pathIn, writeAll, type FileSystem } from './fs-node.ts'
import { newIdentity, type Identity } from './identity-node.ts'

/** The two trees that are sharded by the first two digits of a name. */
export type Tree = 'sessions' | 'principals'

/** The name of the file in a process's own directory that its locks are links of. */
export const identityName = 'identity'

/** What the name of a process's directory ends in once its owner may change nothing any more. */
export const fencedSuffix = '.fenced'

/** A process's own directory: only from here does anything move into the store's trees, or out of them. */
export interface Desk {
  readonly identity: Identity
  readonly path: string
}

/** What a {@link Home} is made of. */
export interface HomeOptions {
  readonly fs: FileSystem
  readonly directory: string
  readonly allowNetworkFileSystem: boolean
}

/**
 * The store's directory: checked once, created on demand.
 *
 * ```
 * <directory>/sessions/ab/<address>          one file per session
 * <directory>/principals/ab/<sha256>/…       per principal: one empty file per session, and `epoch`
 * <directory>/leases/<address>              one file per session that a request uses exclusively
 * <directory>/locks/<name>                   held locks: links of the holder's identity file
 * <directory>/processes/<nonce>/             one per live process (and thread): its identity, and files being written
 * ```
 */
export class Home {
  readonly fs: FileSystem
  readonly leases: string
  readonly locks: string
  readonly processes: string
  readonly #options: HomeOptions
  readonly #owner: Owner | undefined = currentOwner()
  readonly #known = new Set<string>()
  readonly #shards: Readonly<Record<Tree, Map<string, string>>> = { sessions: new Map(), principals: new Map() }
  #isPrepared = false
  #desk: Desk | undefined
  #isClosed = false
  #files = 0
  #umaskBites = false

  constructor(options: HomeOptions) {
    this.#options = options
    this.fs = options.fs
    this.leases = join(options.directory, 'leases')
    this.locks = join(options.directory, 'locks')
    this.processes = join(options.directory, 'processes')
  }

  /** Creates and checks the directories; free once that has been done. */
  prepare(): void {
    if (this.#isPrepared) return
    const { fs, directory, allowNetworkFileSystem } = this.#options
    prepareRoot(fs, directory, this.#owner)
    if (!allowNetworkFileSystem) refuseNetworkFileSystem(fs, directory)
    for (const part of ['sessions', 'principals', 'leases', 'locks', 'processes']) {
      prepareInside(fs, join(directory, part), this.#owner)
    }
    this.#isPrepared = true
  }

  /**
   * Starts over, because something that was there is gone: directories are checked again and the own one is given up, so
   * that whatever is still being written from it fails and starts over too.
   */
  forget(): void {
    const desk = this.#desk
    this.#isPrepared = false
    this.#known.clear()
    this.#desk = undefined
    if (desk !== undefined) attempt(() => this.fence(desk.identity.nonce))
  }

  /** The process's own directory, made on first use. */
  desk(): Desk {
    if (this.#isClosed) throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the file store is closed')
    this.#desk ??= this.#moveIn()
    return this.#desk
  }

  /** Takes away a process's directory, and with it its power to change anything: its own next step fails with ENOENT. */
  fence(nonce: string): void {
    const path = join(this.processes, nonce)
    try {
      this.fs.rename(path, path + fencedSuffix)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

  /** A name in the own directory that was not used before. */
  newPath(): string {
    this.#files += 1
    return pathIn(this.desk().path, String(this.#files))
  }

  /** Creates a file in the own directory, mode 0600. @returns Its descriptor. */
  newFile(path: string): number {
    const fd = this.fs.open(path, newFlags, 0o600)
    if (this.#umaskBites) this.fs.chmod(path, 0o600)
    return fd
  }

  /** The directory of a shard. There are 256 in a tree: each path is made once, and then found in `#known` without hashing it again. */
  shardPath(tree: Tree, shard: string): string {
    const shards = this.#shards[tree]
    const path = shards.get(shard) ?? join(this.#options.directory, tree, shard)
    shards.set(shard, path)
    return path
  }

  /** Whether the directory exists, checked when it is first met: below it no symbolic link can be in the way. */
  has(path: string): boolean {
    if (this.#known.has(path)) return true
    this.prepare()
    if (!isInside(this.fs, path, this.#owner)) return false
    this.#known.add(path)
    return true
  }

  /** Creates a shard's directory when it is missing. @returns Whether it was. */
  make(path: string): boolean {
    if (this.has(path)) return false
    prepareInside(this.fs, path, this.#owner)
    this.#known.add(path)
    return true
  }

  /** Like {@link make}, for directories too many to remember. @returns Whether it was missing. */
  makeUnremembered(path: string): boolean {
    if (this.isThere(path)) return false
    prepareInside(this.fs, path, this.#owner)
    return true
  }

  /** Like {@link has}, for directories too many to remember. */
  isThere(path: string): boolean {
    return isInside(this.fs, path, this.#owner)
  }

  /** Removes the own directory; there will be no other. */
  close(): void {
    this.#isClosed = true
    const desk = this.#desk
    this.#desk = undefined
    if (desk === undefined) return
    attempt(() => this.fs.unlink(join(desk.path, identityName)))
    attempt(() => this.fs.rmdir(desk.path))
  }

  #moveIn(): Desk {
    this.prepare()
    const identity = newIdentity()
    const desk = { identity, path: join(this.processes, identity.nonce) }
    prepareInside(this.fs, desk.path, this.#owner)
    this.#writeIdentity(desk)
    this.#proveLinks(desk)
    return desk
  }

  /** Nobody reads it before the first link exists, so it need not appear at once. */
  #writeIdentity({ identity, path }: Desk): void {
    const content = new TextEncoder().encode(`${JSON.stringify(identity)}\n`)
    const fd = this.fs.open(join(path, identityName), newFlags, 0o600)
    try {
      this.#umaskBites = process.platform !== 'win32' && (this.fs.fstat(fd).mode & 0o777) !== 0o600
      writeAll(this.fs, fd, content)
    } finally {
      this.fs.close(fd)
    }
    if (this.#umaskBites) this.fs.chmod(join(path, identityName), 0o600)
  }

  #proveLinks({ path }: Desk): void {
    const probe = join(path, 'probe')
    try {
      this.fs.link(join(path, identityName), probe)
      this.fs.unlink(probe)
    } catch (error) {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error
      const what = `the file system of ${this.#options.directory} has no hard links, which the locks are made of`
      throw setupFault(what, 'a directory on another file system', { cause: error })
    }
  }
}
