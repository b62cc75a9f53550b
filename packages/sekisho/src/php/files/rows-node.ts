import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { SekishoError } from '../../errors.ts'
import { pause } from '../../lib/pause.ts'
import type { ListedRow, Row, RowStore, RowVerbs } from '../../store/rows.ts'
import type { Flock } from './flock-node.ts'
import { ShortWrite } from './replace-node.ts'
import { isFileId, sessionPath, type SavePath } from './save-path.ts'
import { carefully, codeOf, lockFile, readAll, type LockedFile } from './session-file-node.ts'
import { idOf, sessionFiles, sweepFiles } from './sweep-node.ts'

/** So often a read that met a writer looks again before it waits for the lock. */
const glances = 20

/** What {@link FileRows} works with. */
export interface FileRowsTerms {
  readonly path: SavePath
  readonly flock: Flock
  readonly waitMs: number
  /** Seconds after which PHP calls a session garbage. */
  readonly maxLifetime: number
}

/**
 * PHP's session files as rows. A write has the file's lock, and waits for whoever has it; a read has not, so that a page of PHP
 * that holds its session for seconds holds up nobody who only looks.
 */
export class FileRows implements RowStore<Uint8Array> {
  readonly durable = 'process'
  readonly shared = true
  readonly resource: object = this
  readonly #terms: FileRowsTerms

  constructor(terms: FileRowsTerms) {
    this.#terms = terms
  }

  /**
   * The content, when nobody is writing; else what is there once the lock is free. A file that stays empty all the while is a
   * session that PHP has begun and not written yet.
   */
  async get(id: string): Promise<Row<Uint8Array> | undefined> {
    const path = this.#pathOf(id)
    if (path === undefined) return undefined
    let row: Glanced
    for (let glance = 0; glance < glances; glance += 1) {
      row = await this.#glance(path)
      if (row !== 'torn' && row !== 'empty') return row
      await pause(1 + Math.random() * 2)
    }
    if (row === 'empty') return { data: new Uint8Array(), changedAt: Date.now() }
    return this.withLock(id, (locked) => Promise.resolve(locked.get(id)))
  }

  insert(id: string, data: Uint8Array, dueMs: number): Promise<boolean> {
    return this.withLock(id, (locked) => Promise.resolve(locked.insert(id, data, dueMs)))
  }

  update(id: string, data: Uint8Array, dueMs: number): Promise<boolean> {
    return this.withLock(id, (locked) => Promise.resolve(locked.update(id, data, dueMs)))
  }

  delete(id: string): Promise<boolean> {
    return this.withLock(id, (locked) => Promise.resolve(locked.delete(id)))
  }

  /** Runs a task under the lock of the file; where there is none yet, under that of the one that it makes. */
  async withLock<T>(id: string, task: (locked: RowVerbs<Uint8Array>) => Promise<T>): Promise<T> {
    const path = this.#pathOf(id)
    const locked = new LockedRow(path, this.#terms)
    try {
      await locked.open()
      return await task(locked)
    } catch (error) {
      throw fault(error)
    } finally {
      locked.close()
    }
  }

  /** Removes what PHP's `gc` would remove. A directory that may not be listed, as Debian's, is left to whoever owns it. */
  async expire(instant: number, limit: number): Promise<number> {
    const { path, flock, maxLifetime } = this.#terms
    const graceSeconds = Math.max(0, Math.ceil((Date.now() - instant) / 1000))
    try {
      return await sweepFiles({ path, flock, maxLifetime: maxLifetime + graceSeconds, limit })
    } catch (error) {
      if (codeOf(error) === 'EACCES') return 0
      throw fault(error)
    }
  }

  /** In the order of the ids. */
  async list(after: string | undefined, limit: number): Promise<readonly ListedRow<Uint8Array>[]> {
    const ids: string[] = []
    for await (const path of sessionFiles(this.#terms.path.directory, this.#terms.path.depth)) ids.push(idOf(path))
    const page = ids
      .filter((id) => after === undefined || id > after)
      .toSorted()
      .slice(0, limit)
    const rows = await Promise.all(page.map(async (id) => ({ id, row: await this.get(id) })))
    return rows.flatMap(({ id, row }) => (row === undefined ? [] : [{ id, ...row }]))
  }

  async count(): Promise<number> {
    let files = 0
    for await (const _path of sessionFiles(this.#terms.path.directory, this.#terms.path.depth)) files += 1
    return files
  }

  /** Refuses a directory that is not there, or that cannot be used. */
  ready(): undefined {
    const { directory } = this.#terms.path
    try {
      closeSync(openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY))
    } catch (error) {
      if (codeOf(error) === 'EACCES') return
      const message = `the directory of PHP's sessions cannot be used: ${directory} (${String(codeOf(error))}); create it, or correct \`savePath\``
      throw new SekishoError('ERR_STORE_SETUP', message, { cause: error })
    }
  }

  /** An id that PHP would refuse has no row. */
  #pathOf(id: string): string | undefined {
    const { path } = this.#terms
    return isFileId(id) && id.length > path.depth ? sessionPath(path, id) : undefined
  }

  /**
   * Reads, under a shared lock where nobody has the file. PHP has it while a page runs, and writes at its end: mostly nothing
   * happens meanwhile, but a writer cuts the file before it fills it. Two equal readings that are not empty, with equal
   * times, have met nobody.
   */
  async #glance(path: string): Promise<Glanced> {
    const fd = opened(path)
    // No file is no session as long as there is a directory: one that is not mounted must log nobody out.
    if (fd === undefined) return this.ready()
    try {
      const isFree = this.#terms.flock(fd, 'shared')
      if (typeof isFree === 'boolean' ? isFree : await isFree) {
        const { size, mtimeMs } = fstatSync(fd)
        return { data: readAll(fd, size), changedAt: mtimeMs }
      }
      const before = fstatSync(fd)
      const data = readAll(fd, before.size)
      const [again, after] = [readAll(fd, before.size), fstatSync(fd)]
      const isQuiet = before.mtimeMs === after.mtimeMs && before.size === after.size && data.equals(again)
      if (isQuiet && data.length > 1) return { data, changedAt: after.mtimeMs }
      // None is what PHP's writer leaves for a moment, one octet what ours does.
      return data.length === 0 ? 'empty' : 'torn'
    } finally {
      closeSync(fd)
    }
  }
}

/** What a look without the lock has found. */
type Glanced = Row<Uint8Array> | undefined | 'torn' | 'empty'

/** The row of one file while it is locked. */
class LockedRow implements RowVerbs<Uint8Array> {
  readonly #path: string | undefined
  readonly #terms: FileRowsTerms
  #file: LockedFile | undefined

  constructor(path: string | undefined, terms: FileRowsTerms) {
    this.#path = path
    this.#terms = terms
  }

  async open(): Promise<void> {
    if (this.#path !== undefined) this.#file = await lockedFile(this.#path, this.#terms)
  }

  get(): Row<Uint8Array> | undefined {
    const file = this.#file
    return file === undefined ? undefined : { data: file.read(), changedAt: file.changedAt }
  }

  /** An empty file is one that PHP has made for a session that has nothing yet: it is taken. */
  async insert(_id: string, data: Uint8Array): Promise<boolean> {
    if (this.#file !== undefined || this.#path === undefined) return false
    const file = await lockedFile(this.#path, this.#terms, this.#terms.path.mode)
    this.#file = file
    if (file === undefined || file.read().length > 0) return false
    try {
      file.replace(data)
    } catch (error) {
      file.remove()
      throw error
    }
    return true
  }

  update(_id: string, data: Uint8Array): boolean {
    this.#file?.replace(data)
    return this.#file !== undefined
  }

  delete(): boolean {
    this.#file?.remove()
    return this.#file !== undefined
  }

  close(): void {
    this.#file?.close()
  }
}

/** The file that the path leads to once the lock is ours: what was removed meanwhile would keep nothing. */
async function lockedFile(path: string, terms: FileRowsTerms, mode?: number): Promise<LockedFile | undefined> {
  for (;;) {
    const file = await lockFile(path, terms, mode)
    if (file === undefined || file.isThere()) return file
    file.close()
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | carefully)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw fault(error)
  }
}

/** The path of a session's file holds its secret: only the code of the error is told. */
function fault(error: unknown): unknown {
  const system = error instanceof ShortWrite ? error.cause : error
  const code = codeOf(system)
  if (error instanceof SekishoError || typeof code !== 'string') return error
  const cause = new Error(code)
  if (full.has(code)) {
    const state = error instanceof ShortWrite ? error.state : 'nothing was changed'
    const message = `a session file of PHP's could not be written, ${state}: ${code}; make room on its disk (df -h shows where)`
    return new SekishoError('ERR_STORE_FULL', message, { cause })
  }
  return new SekishoError('ERR_STORE_UNAVAILABLE', `a session file of PHP's could not be used: ${code}`, { cause })
}

/** No room: on the disk, for the user, or for files of this size. */
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
