import { lstatSync, statSync, type Stats } from 'node:fs'
import { tmpdir } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { SekishoError } from '../../errors.ts'
import { SaveHandlerFailure, type IniView, type SaveHandler } from '../handler/contract.ts'
import type { Flock } from './flock-node.ts'
import { ShortWrite } from './replace-node.ts'
import { isFileId, parseSavePath, sessionPath, type SavePath } from './save-path.ts'
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
    this.#path = parseSavePath(savePath, tmpdir())
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
    const file = await this.#locked(id, this.#ini.allocatesAtStart || isShared)
    if (file === undefined) return new Uint8Array()
    const content = file.read()
    if (this.#terms.acceptExpired || content.length === 0 || !isTooOld(file.changedAt, this.#maxLifetime))
      return content
    return new Uint8Array()
  }

  async write(id: string, data: Uint8Array): Promise<boolean> {
    if (id === this.#ended) return true
    const held = this.#id === id ? this.#file : undefined
    if (held === undefined && data.length === 0) return true
    let file = held ?? (await this.#locked(id, true))
    if (file !== undefined && !file.isThere()) file = await this.#again(file, id)
    if (file === undefined) return true
    try {
      file.replace(data)
    } catch (error) {
      if (error instanceof ShortWrite) throw new SaveHandlerFailure(`Write failed: ${error.message}`, { cause: error })
      throw worded(this.#path, error)
    }
    return true
  }

  async destroy(id: string): Promise<boolean> {
    const file = this.#id === id && this.#file !== undefined ? this.#file : await this.#locked(id, false)
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

  validateId(id: string): boolean {
    return isFileId(id) && this.#exists(id)
  }

  async updateTimestamp(id: string, data: Uint8Array): Promise<boolean> {
    if (this.#file === undefined || this.#id !== id || !this.#file.isThere()) return this.write(id, data)
    this.#file.touch()
    return true
  }

  async #locked(id: string, create: boolean): Promise<LockedFile | undefined> {
    this.close()
    const path = sessionPath(this.#path, id)
    const { mode } = this.#path
    this.#id = id
    try {
      this.#file = await lockFile(path, { ...this.#terms, ...(create && { create: mode }) })
    } catch (error) {
      throw worded(this.#path, error)
    }
    return this.#file
  }

  /**
   * The file was removed although it is locked. Was it old enough for PHP's `gc`, which asks nobody, then its user is still
   * here, and gets it back. Otherwise somebody has ended the session, and it stays so.
   */
  #again(file: LockedFile, id: string): Promise<LockedFile | undefined> | undefined {
    if (isTooOld(file.changedSince(), this.#maxLifetime)) return this.#locked(id, true)
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
