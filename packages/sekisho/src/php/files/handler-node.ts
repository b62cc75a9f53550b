import { lstatSync, statSync, type Stats } from 'node:fs'
import { tmpdir } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { SekishoError } from '../../errors.ts'
import { SaveHandlerFailure, type Awaitable, type IniView, type SaveHandler } from '../handler/contract.ts'
import type { Flock } from './flock-node.ts'
import { ShortWrite } from './replace-node.ts'
import { parseSavePath, sessionPath, type SavePath } from './save-path.ts'
import { codeOf, lockFile, UnfitFile, type LockedFile } from './session-file-node.ts'
import { isDead, isTooOld, sweepFiles } from './sweep-node.ts'

/** How often a new id may turn out to be taken. */
const idAttempts = 3
/** So many files one request removes at most; the next sweep goes on. */
const removedPerRequest = 1000

/** What the handlers of all requests share. */
export interface FilesTerms {
  readonly flock: Flock
  readonly waitMs: number
  readonly acceptExpired: boolean
}

/** PHP's `files` handler for one request: one open file and its lock between `read` and `close`. */
export class FilesHandler implements SaveHandler {
  readonly #terms: FilesTerms
  readonly #ini: IniView
  #path: SavePath = { depth: 0, mode: 0o600, directory: '' }
  #id = ''
  #drawn = ''
  #file: LockedFile | undefined
  /** The session that somebody else has ended while this request had it. */
  #ended: string | undefined

  constructor(terms: FilesTerms, ini: IniView) {
    this.#terms = terms
    this.#ini = ini
  }

  open(savePath: string): boolean {
    this.close()
    this.#ended = undefined
    this.#path = parseSavePath(savePath === '' ? tmpdir() : savePath)
    return true
  }

  close(): boolean {
    this.#file?.close()
    this.#file = undefined
    return true
  }

  /**
   * Takes the lock, and reads. No file is made before there is something to keep, unless PHP's old ways are wanted, or somebody
   * else may come with the same new id: only a file can be locked.
   */
  async read(id: string): Promise<Uint8Array> {
    const isShared = !this.#ini.get('session.use_strict_mode') && id !== this.#drawn
    const file = this.#held(id) ?? (await this.#locked(id, this.#ini.allocatesAtStart || isShared))
    return file !== undefined && this.#isAlive(file) ? file.read() : new Uint8Array()
  }

  async write(id: string, data: Uint8Array): Promise<boolean> {
    if (id === this.#ended) return true
    const held = this.#held(id)
    if (held === undefined && data.length === 0) return true
    const file = held === undefined || !held.isThere() ? await this.#anew(held, id) : held
    if (file === undefined) return true
    try {
      file.replace(data)
    } catch (error) {
      // Made for this write alone, under an id that nobody has been given.
      if (held === undefined && file.read().length === 0) file.remove()
      throw error instanceof ShortWrite ? unwritten(error) : worded(this.#path, error)
    }
    return true
  }

  async destroy(id: string): Promise<boolean> {
    const file = this.#held(id) ?? (await this.#locked(id, false))
    try {
      file?.remove()
    } catch (error) {
      throw worded(this.#path, error)
    } finally {
      this.close()
    }
    return true
  }

  /** With a depth PHP leaves the files to a program like `sessionclean`, and says `false`. */
  async gc(maxLifetime: number): Promise<number | false> {
    const { flock } = this.#terms
    if (this.#path.depth > 0) return false
    try {
      return await sweepFiles({ path: this.#path, flock, maxLifetime, limit: removedPerRequest })
    } catch (error) {
      const { directory } = this.#path
      throw new SaveHandlerFailure(`ps_files_cleanup_dir: opendir(${directory}) failed: ${reasonOf(error)}`, {
        cause: error,
      })
    }
  }

  createSid(): string {
    for (let attempt = 1; attempt <= idAttempts; attempt += 1) {
      const id = this.#ini.createId()
      if (this.#exists(id)) continue
      this.#drawn = id
      return id
    }
    throw new SaveHandlerFailure('Failed to create new session ID: the drawn ones exist already')
  }

  /** Where nothing is open yet, the lock is taken with the same look: `read` comes next. Who has to wait for it only looks. */
  async validateId(id: string): Promise<boolean> {
    const file = this.#file === undefined ? await this.#lockedAtOnce(id) : undefined
    if (file === undefined) return this.#exists(id)
    if (this.#isAlive(file)) return true
    this.close()
    return false
  }

  async updateTimestamp(id: string, data: Uint8Array): Promise<boolean> {
    const held = this.#held(id)
    if (held === undefined || !held.isThere()) return this.write(id, data)
    held.touch()
    return true
  }

  /** The file of a session, where it is open. */
  #held(id: string): LockedFile | undefined {
    return this.#id === id ? this.#file : undefined
  }

  /** The file with its lock; no promise where nobody has to be waited for. */
  #locked(id: string, create: boolean, waitMs: number = this.#terms.waitMs): Awaitable<LockedFile | undefined> {
    this.close()
    const path = sessionPath(this.#path, id)
    this.#id = id
    try {
      const file = lockFile(path, { flock: this.#terms.flock, waitMs }, create ? this.#path.mode : undefined)
      if (file instanceof Promise) return this.#awaited(file)
      this.#file = file
      return file
    } catch (error) {
      throw worded(this.#path, error)
    }
  }

  async #awaited(locking: Promise<LockedFile | undefined>): Promise<LockedFile | undefined> {
    try {
      this.#file = await locking
      return this.#file
    } catch (error) {
      throw worded(this.#path, error)
    }
  }

  /** What keeps from the lock is not told here: `read` comes upon it, too. */
  async #lockedAtOnce(id: string): Promise<LockedFile | undefined> {
    try {
      return await this.#locked(id, false, 0)
    } catch {
      return undefined
    }
  }

  #isAlive(file: LockedFile): boolean {
    return this.#terms.acceptExpired || !isTooOld(file.changedAt, this.#maxLifetime)
  }

  /**
   * A new file, for what had none or has lost it. A file that was removed although it is locked had perhaps been old enough for
   * PHP's `gc`, which asks nobody: then its user is still here, and gets it back. Otherwise somebody has ended the session, and it
   * stays so.
   */
  #anew(lost: LockedFile | undefined, id: string): Awaitable<LockedFile | undefined> {
    if (lost === undefined || isTooOld(lost.changedSince(), this.#maxLifetime)) return this.#locked(id, true)
    this.close()
    this.#ended = id
    this.#ini.warn('The session was destroyed while this request was running; nothing was written')
    return undefined
  }

  get #maxLifetime(): number {
    return this.#ini.get('session.gc_maxlifetime')
  }

  #exists(id: string): boolean {
    const { acceptExpired } = this.#terms
    const path = this.#pathOf(id)
    const status = path === undefined ? undefined : this.#statusOf(path)
    if (status === undefined || acceptExpired) return status !== undefined
    return !isDead(status, this.#maxLifetime)
  }

  /**
   * A folder that is not there, or cannot be looked into, is an outage: without an answer nobody is to be taken for somebody new.
   * PHP finds no session there, and warns when it opens one. Of the folders below, only those that hold ids need to be there.
   */
  #statusOf(path: string): Stats | undefined {
    const { directory } = this.#path
    try {
      const status = lstatSync(path, { throwIfNoEntry: false })
      if (status === undefined && !this.#ini.allocatesAtStart) statSync(directory)
      return status
    } catch (error) {
      if (this.#ini.allocatesAtStart) return undefined
      throw new SaveHandlerFailure(`stat(${directory}/sess_…) failed: ${reasonOf(error)}`, { cause: error })
    }
  }

  /** `undefined` for an id that can have no file: `read` says so, and why. */
  #pathOf(id: string): string | undefined {
    try {
      return sessionPath(this.#path, id)
    } catch {
      return undefined
    }
  }
}

/** What went wrong with a file, in PHP's words where it has any. The id of a session is a secret, and left out. */
function worded({ directory }: SavePath, error: unknown): unknown {
  if (error instanceof UnfitFile || error instanceof SekishoError) {
    return new SaveHandlerFailure(error.message, { cause: error })
  }
  if (codeOf(error) === undefined) return error
  return new SaveHandlerFailure(`open(${directory}/sess_…, O_RDWR) failed: ${reasonOf(error)}`, { cause: error })
}

/** PHP's words for a full disk, and what has become of the session, which PHP would have cut. */
function unwritten(error: ShortWrite): SaveHandlerFailure {
  const words = error.written > 0 ? 'Write wrote less bytes than requested' : `Write failed: ${reasonOf(error.cause)}`
  return new SaveHandlerFailure(`${words}; ${error.state}`, { cause: error })
}

/** What strerror(3) says where Node has other words. */
const otherWords: Readonly<Record<string, string>> = {
  ELOOP: 'Too many levels of symbolic links',
  EISDIR: 'Is a directory',
  ENAMETOOLONG: 'File name too long',
}

/** `No such file or directory (2)`. */
function reasonOf(error: unknown): string {
  const code = String(codeOf(error))
  const errno = Math.abs((error as { errno?: number }).errno ?? 0)
  const [, text = code] = getSystemErrorMap().get(-errno) ?? []
  return `${otherWords[code] ?? text.charAt(0).toUpperCase() + text.slice(1)} (${errno})`
}
