/**
 * Moving sessions from one store to another, while both are in use.
 *
 * @module
 */
import { optionError, SekishoError, SekishoUsageError } from '../errors.ts'
import type {
  Awaitable,
  PrincipalIndex,
  SessionStore,
  SessionTransfer,
  StoredSession,
  TransferPage,
} from './contract.ts'
import { wholeNumber } from '../lib/whole-number.ts'
import { INDEX_SLACK_MS } from './index-slack.ts'

/** So many principals' epochs are remembered, so that a user with many sessions is looked up once. */
const mostEpochs = 10_000

/** How far a copy is. */
export interface CopyProgress {
  /** Sessions that were written to the new store. */
  readonly copied: number
  /** Sessions that were there already, in this version or a later one, or have died meanwhile. */
  readonly kept: number
  /** Sessions that were looked at: `copied` and `kept` together. */
  readonly scanned: number
  /** About how many records the old store had when this run began. */
  readonly estimate: number
  /** Where to go on, in this process or another one; absent: all is done. */
  readonly cursor?: string
}

/** Settings of {@link copySessions}. */
export interface CopyOptions {
  /** The `cursor` of an earlier run's last progress; absent: from the beginning. */
  readonly cursor?: string
  /** About how many sessions are read at a time, and held in memory (100). */
  readonly pageSize?: number
  /** How many sessions are written at the same time (8). */
  readonly concurrency?: number
  /** Is told after each page, and waited for: whoever keeps the cursor can go on after a crash. */
  readonly onProgress?: (progress: CopyProgress) => Awaitable<void>
  /** Stops the copy before the next page; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A store failed during a copy (`ERR_STORE_UNAVAILABLE`). Nothing that was copied is lost. */
export class CopyInterruptedError extends SekishoError {
  /** How far the copy was; its cursor is where to go on. Sessions of a page that failed half way are looked at again. */
  readonly progress: CopyProgress

  /**
   * @param side The store that failed.
   * @param progress How far the copy was.
   * @param cause What the store threw.
   */
  constructor(side: 'from' | 'to', progress: CopyProgress, cause: unknown) {
    const { cursor } = progress
    const resume = cursor === undefined ? 'start again without a cursor' : `go on with cursor ${JSON.stringify(cursor)}`
    super('ERR_STORE_UNAVAILABLE', `the copy stopped because the store \`${side}\` failed; ${resume}`, { cause })
    this.name = 'CopyInterruptedError'
    this.progress = progress
  }
}

/**
 * Copies all live sessions with their versions and times. Copying again writes only what is new since. Who logs out of the old
 * store after his session was copied stays logged in in the new one: see the guide for the order of a move.
 *
 * A session of a user is listed in the new store's index before it is there, and the user's epoch is raised to that of the
 * session: a later `revokeAll` finds and ends it.
 *
 * @param from The store to read.
 * @param to The store to write; both must have `transfer`.
 * @returns The last progress, without a cursor.
 * @throws CopyInterruptedError when a store fails, SekishoUsageError for a wrong option or cursor.
 *
 * @example
 * ```ts
 * await copySessions(oldStore, newStore, {
 *   onProgress: ({ scanned, estimate }) => console.log(`${scanned} of about ${estimate}`),
 * })
 * ```
 */
export async function copySessions(
  from: SessionStore,
  to: SessionStore,
  options: CopyOptions = {},
): Promise<CopyProgress> {
  const { cursor, pageSize = 100, concurrency = 8, onProgress, signal } = options
  const [source, target] = [transferOf('from', from), transferOf('to', to)]
  if (from === to) throw optionError('to', 'another store than `from`', to)
  wholeNumber('pageSize', pageSize, 1)
  wholeNumber('concurrency', concurrency, 1)
  const copy = new Copy(target, to.principals)
  let progress: CopyProgress = { copied: 0, kept: 0, scanned: 0, estimate: 0, ...(cursor !== undefined && { cursor }) }
  const failing =
    (side: 'from' | 'to') =>
    (error: unknown): never => {
      throw error instanceof SekishoUsageError ? error : new CopyInterruptedError(side, progress, error)
    }
  progress = { ...progress, estimate: await asked(() => source.estimate()).catch(failing('from')) }
  do {
    signal?.throwIfAborted()
    const page = await asked(() => source.scan(progress.cursor, pageSize)).catch(failing('from'))
    const copied = await copy.write(page, concurrency).catch(failing('to'))
    progress = advanced(progress, page, copied)
    await onProgress?.(progress)
  } while (progress.cursor !== undefined)
  return progress
}

/** Writes pages to a store. */
class Copy {
  readonly #target: SessionTransfer
  readonly #principals: PrincipalIndex | undefined
  /** The least that each principal's epoch is known to be, in the new store. */
  readonly #epochs = new Map<string, number>()

  constructor(target: SessionTransfer, principals: PrincipalIndex | undefined) {
    this.#target = target
    this.#principals = principals
  }

  /** @returns How many of the page's sessions were not there before. */
  async write({ sessions }: TransferPage, concurrency: number): Promise<number> {
    const waiting = sessions.values()
    let copied = 0
    const work = async (): Promise<void> => {
      for (const { address, stored } of waiting) {
        await this.#list(address, stored)
        if ((await this.#target.restore(address, stored)) === 'restored') copied += 1
      }
    }
    const workers = Array.from({ length: Math.min(concurrency, sessions.length) }, work)
    // All of them end before a failure is told, so that nothing is written behind the caller's back.
    const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return copied
  }

  /** Before the session itself: an entry may dangle, a live session must never be missing. */
  async #list(address: string, { record, absoluteDeadline, now }: StoredSession): Promise<void> {
    const { principal, epoch = 0 } = record
    if (principal === undefined || this.#principals === undefined) return
    await this.#principals.add(principal, address, absoluteDeadline - now + INDEX_SLACK_MS)
    await this.#raise(principal, epoch, this.#principals)
  }

  async #raise(principal: string, epoch: number, principals: PrincipalIndex): Promise<void> {
    let known = this.#epochs.get(principal) ?? 0
    if (known >= epoch) return
    known = await principals.epoch(principal)
    while (known < epoch) known = await principals.raiseEpoch(principal)
    if (this.#epochs.size >= mostEpochs) this.#epochs.clear()
    this.#epochs.set(principal, known)
  }
}

function advanced(before: CopyProgress, { sessions, next }: TransferPage, copied: number): CopyProgress {
  return {
    copied: before.copied + copied,
    kept: before.kept + sessions.length - copied,
    scanned: before.scanned + sessions.length,
    estimate: before.estimate,
    ...(next !== undefined && { cursor: next }),
  }
}

/** A store may throw at once or later; here it is all the same. */
async function asked<T>(call: () => Awaitable<T>): Promise<T> {
  return call()
}

function transferOf(option: 'from' | 'to', store: SessionStore): SessionTransfer {
  const transfer = store?.transfer
  if (transfer === undefined) throw optionError(option, 'a store that can list its records (with `transfer`)', store)
  return transfer
}
