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
import type { Awaitable } from '../handler/contract.ts'
import type { Flock } from './flock-node.ts'
import { Lines } from './line.ts'
import { replaceContent } from './replace-node.ts'

/** All that wait for a file within this process, whichever handler or store they came through. */
const lines = new Lines()

/** How a session's file is opened: never through a symbolic link, and not waiting for the other end of a FIFO, which PHP would. */
export const carefully: number = constants.O_NOFOLLOW | constants.O_NONBLOCK
/** As PHP opens it, for what needs the lock. */
export const forLock: number = constants.O_RDWR | carefully

/** How a file is locked. */
export interface LockTerms {
  readonly flock: Flock
  /** For how many milliseconds somebody else's lock is waited for. */
  readonly waitMs: number
}

/** What {@link lockFile} throws for what lies under a session's name and is none. */
export class UnfitFile extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'UnfitFile'
  }
}

/**
 * Opens a session's file and takes its lock: at once where nobody else has it, and the file is no promise then.
 *
 * PHP removes a file after it has given the lock back, and its `gc` without asking for it. So whoever has waited for the lock
 * looks again whether the path still leads to the file that is locked, and starts over where it does not. Of a lock that was
 * free at once this is not asked: the file was there a moment ago, and to read it now is to have come that moment earlier. Who
 * writes asks {@link LockedFile.isThere} before.
 *
 * @param mode The permissions of a new file; absent: none is made.
 * @returns The file, `undefined` where there is none and none is to be made.
 * @throws SekishoError `ERR_STORE_LOCKED` when the lock is not given back in time; otherwise what the system says.
 */
export function lockFile(path: string, terms: LockTerms, mode?: number): Awaitable<LockedFile | undefined> {
  return lockInLine({ path, mode, deadline: performance.now() + terms.waitMs }, terms)
}

/** What is opened, and until when its lock is waited for. */
interface Wanted {
  readonly path: string
  readonly mode: number | undefined
  readonly deadline: number
}

function lockInLine(wanted: Wanted, terms: LockTerms): Awaitable<LockedFile | undefined> {
  const turn = lines.enter(wanted.path, Math.max(0, wanted.deadline - performance.now()))
  if (typeof turn === 'function') return lockInTurn(wanted, terms, turn)
  return turn.then((leave) => {
    if (leave === undefined) throw locked(terms.waitMs)
    return lockInTurn(wanted, terms, leave)
  })
}

function lockInTurn(wanted: Wanted, terms: LockTerms, leave: () => void): Awaitable<LockedFile | undefined> {
  const file = opened(wanted, leave)
  if (file === undefined) return undefined
  try {
    const taken = terms.flock(file.fd, 'exclusive')
    return taken === true ? new LockedFile(file) : persevere(file, taken, wanted, terms)
  } catch (error) {
    file.close()
    throw error
  }
}

/** Asks again and again: a call that waits would occupy a thread of the pool, and four of them every file of the process. */
async function persevere(
  file: OpenFile,
  taken: Awaitable<boolean>,
  wanted: Wanted,
  { flock, waitMs }: LockTerms,
): Promise<LockedFile | undefined> {
  try {
    let isOurs = await taken
    for (let most = 2; !isOurs; most = Math.min(most * 1.5, 12)) {
      if (performance.now() >= wanted.deadline) throw locked(waitMs)
      await pause(1 + Math.random() * most)
      isOurs = await flock(file.fd, 'exclusive')
    }
    const held = new LockedFile(file)
    if (held.isThere()) return held
  } catch (error) {
    file.close()
    throw error
  }
  file.close()
  return lockInLine(wanted, { flock, waitMs })
}

/** The file, not locked yet, for which the turn is kept. */
function opened({ path, mode }: Wanted, leave: () => void): OpenFile | undefined {
  try {
    const fd = mode === undefined ? openSync(path, forLock) : openSync(path, forLock | constants.O_CREAT, mode)
    return new OpenFile(path, fd, leave)
  } catch (error) {
    leave()
    if (mode === undefined && codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** PHP's rule: the file belongs to root or to the user of the process, unless that is root itself. */
function refuseUnfit(status: Stats): void {
  if (!status.isFile()) throw new UnfitFile('Session data file is not a regular file')
  const { uid } = status
  if (uid === 0) return
  const real = process.getuid?.()
  if (real === uid || real === 0 || real === undefined || process.geteuid?.() === uid) return
  throw new UnfitFile('Session data file is not created by your uid')
}

const quietly = { throwIfNoEntry: false } as const

/** Whether a path leads to the open file of this status. */
export function isAt(path: string, { ino, dev }: Stats): boolean {
  const there = lstatSync(path, quietly)
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

/** A session's file that is open, and the turn for it, until both are given back. */
class OpenFile {
  readonly path: string
  readonly fd: number
  readonly #leave: () => void
  #isOpen = true

  constructor(path: string, fd: number, leave: () => void) {
    this.path = path
    this.fd = fd
    this.#leave = leave
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.fd)
    this.#leave()
  }
}

/** A session's file, whose lock is ours until it is closed. */
export class LockedFile {
  readonly #file: OpenFile
  readonly #status: Stats
  #content: Uint8Array | undefined

  /** @throws UnfitFile */
  constructor(file: OpenFile) {
    this.#file = file
    this.#status = fstatSync(file.fd)
    refuseUnfit(this.#status)
  }

  /** When it had last been written as the lock was taken, epoch milliseconds. */
  get changedAt(): number {
    return this.#status.mtimeMs
  }

  /** The same as of now: others may set it without the lock. */
  changedSince(): number {
    return fstatSync(this.#file.fd).mtimeMs
  }

  /** The whole content. */
  read(): Uint8Array {
    this.#content ??= readAll(this.#file.fd, this.#status.size)
    return this.#content
  }

  /** Whether the path still leads to this file. PHP's `gc` removes what is locked. */
  isThere(): boolean {
    return isAt(this.#file.path, this.#status)
  }

  /** Writes new content. @throws ShortWrite */
  replace(content: Uint8Array): void {
    const before = this.read()
    this.#content = undefined
    replaceContent(this.#file.fd, before, content)
    this.#content = content
  }

  /** Says that the session was used. */
  touch(): void {
    const now = Date.now() / 1000
    futimesSync(this.#file.fd, now, now)
  }

  /** Removes the file. Whoever waits for its lock in PHP, and will get it, finds it empty instead of a session that has ended. */
  remove(): void {
    ftruncateSync(this.#file.fd, 0)
    this.#content = undefined
    if (this.isThere()) unlinkSync(this.#file.path)
  }

  /** Gives the lock back. */
  close(): void {
    this.#file.close()
  }
}

/** @returns The first so many octets of an open file, fewer where it has fewer. */
export function readAll(fd: number, size: number): Buffer {
  const content = Buffer.allocUnsafe(size)
  let at = 0
  for (let got = -1; got !== 0 && at < content.length; at += got) {
    got = readSync(fd, content, at, content.length - at, at)
  }
  return at === size ? content : content.subarray(0, at)
}
