import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  openSync,
  readSync,
  unlinkSync,
  type Stats,
} from 'node:fs'
import { SekishoError } from '../../errors.ts'
import { pause } from '../../lib/pause.ts'
import type { Flock } from './flock-node.ts'
import { Lines } from './line.ts'
import { replaceContent } from './replace-node.ts'

/** All that wait for a file within this process, whichever handler or store they came through. */
const lines = new Lines()

/** How a session's file is opened: never through a symbolic link, and not waiting for the other end of a FIFO, which PHP would. */
export const carefully: number = constants.O_NOFOLLOW | constants.O_NONBLOCK
/** As PHP opens it, for what needs the lock. */
export const forLock: number = constants.O_RDWR | carefully

/** How a file is opened and locked. */
export interface LockTerms {
  readonly flock: Flock
  /** For how many milliseconds somebody else's lock is waited for. */
  readonly waitMs: number
  /** The permissions of a new file; absent: none is made. */
  readonly create?: number
}

/** What {@link lockFile} throws for what lies under a session's name and is none. */
export class UnfitFile extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'UnfitFile'
  }
}

/**
 * Opens a session's file and takes its lock.
 *
 * PHP removes a file after it has given the lock back, and its `gc` without asking for it. So whoever gets a lock looks again
 * whether the path still leads to the file that is locked, and starts over where it does not.
 *
 * @returns The file, `undefined` where there is none and none is to be made.
 * @throws SekishoError `ERR_STORE_LOCKED` when the lock is not given back in time; otherwise what the system says.
 */
export async function lockFile(path: string, terms: LockTerms): Promise<LockedFile | undefined> {
  const deadline = performance.now() + terms.waitMs
  const turn = lines.enter(path, terms.waitMs)
  const leave = typeof turn === 'function' ? turn : await turn
  if (leave === undefined) throw locked(terms.waitMs)
  try {
    const held = await lockedDescriptor(path, terms, deadline)
    if (held !== undefined) return new LockedFile(path, held, leave)
  } catch (error) {
    leave()
    throw error
  }
  leave()
  return undefined
}

/** An open file whose lock is ours, and what it was like when it became so. */
interface Held {
  readonly fd: number
  readonly status: Stats
}

async function lockedDescriptor(path: string, terms: LockTerms, deadline: number): Promise<Held | undefined> {
  for (;;) {
    const fd = opened(path, terms.create)
    if (fd === undefined) return undefined
    try {
      const taken = terms.flock(fd, 'exclusive')
      if (!(typeof taken === 'boolean' ? taken : await taken)) await persevere(fd, terms, deadline)
      const status = fstatSync(fd)
      refuseUnfit(status)
      if (isAt(path, status)) return { fd, status }
    } catch (error) {
      closeSync(fd)
      throw error
    }
    closeSync(fd)
  }
}

/** Asks again and again: a call that waits would occupy a thread of the pool, and four of them every file of the process. */
async function persevere(fd: number, { flock, waitMs }: LockTerms, deadline: number): Promise<void> {
  for (let most = 2; ; most = Math.min(most * 1.5, 12)) {
    if (performance.now() >= deadline) throw locked(waitMs)
    await pause(1 + Math.random() * most)
    if (await flock(fd, 'exclusive')) return
  }
}

function opened(path: string, mode: number | undefined): number | undefined {
  try {
    return mode === undefined ? openSync(path, forLock) : openSync(path, forLock | constants.O_CREAT, mode)
  } catch (error) {
    if (mode === undefined && codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** PHP's rule: the file belongs to root or to the user of the process, unless that is root itself. */
function refuseUnfit(status: Stats): void {
  if (!status.isFile()) throw new UnfitFile('Session data file is not a regular file')
  const [real, effective] = [process.getuid?.(), process.geteuid?.()]
  const { uid } = status
  if (real === undefined || real === 0 || uid === 0 || uid === real || uid === effective) return
  throw new UnfitFile('Session data file is not created by your uid')
}

/** Whether a path leads to the open file of this status. */
export function isAt(path: string, { ino, dev }: Stats): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false })
  return there?.ino === ino && there.dev === dev
}

/** @returns The `code` of a system error, `undefined` for anything else. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

function locked(waitMs: number): SekishoError {
  return new SekishoError(
    'ERR_STORE_LOCKED',
    `the session's file was not unlocked within ${waitMs} ms: another request, of PHP or of ours, still works with it; let it close its session earlier, or wait longer`,
  )
}

/** A session's file, whose lock is ours until it is closed. */
export class LockedFile {
  readonly path: string
  readonly #held: Held
  readonly #leave: () => void
  #content: Uint8Array | undefined
  #isOpen = true

  constructor(path: string, held: Held, leave: () => void) {
    this.path = path
    this.#held = held
    this.#leave = leave
  }

  /** When it had last been written as the lock was taken, epoch milliseconds. */
  get changedAt(): number {
    return this.#held.status.mtimeMs
  }

  /** The same as of now: others may set it without the lock. */
  changedSince(): number {
    return fstatSync(this.#held.fd).mtimeMs
  }

  /** The whole content. */
  read(): Uint8Array {
    const { fd, status } = this.#held
    this.#content ??= readAll(fd, status.size)
    return this.#content
  }

  /** Whether the path still leads to this file. PHP's `gc` removes what is locked. */
  isThere(): boolean {
    return isAt(this.path, this.#held.status)
  }

  /** Writes new content. @throws ShortWrite */
  replace(content: Uint8Array): void {
    const before = this.read()
    this.#content = undefined
    replaceContent(this.#held.fd, before, content)
    this.#content = content
  }

  /** Says that the session was used. */
  touch(): void {
    const now = Date.now() / 1000
    futimesSync(this.#held.fd, now, now)
  }

  /** Removes the file. Whoever waits for its lock in PHP, and will get it, finds it empty instead of a session that has ended. */
  remove(): void {
    ftruncateSync(this.#held.fd, 0)
    this.#content = undefined
    if (this.isThere()) unlinkSync(this.path)
  }

  /** Gives the lock back. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.#held.fd)
    this.#leave()
  }
}

/** @returns The first so many octets of an open file, fewer where it has fewer. */
export function readAll(fd: number, size: number): Buffer {
  const content = Buffer.allocUnsafe(size)
  let at = 0
  for (let got = -1; got !== 0 && at < content.length; at += got) {
    got = readSync(fd, content, at, content.length - at, at)
  }
  return content.subarray(0, at)
}
