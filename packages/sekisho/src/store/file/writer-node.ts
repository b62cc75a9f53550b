import type { Lifetime, NewLifetime, SessionRecord, StoredSession } from '../contract.ts'
import type { Stamp } from '../record-format.ts'
import { repeats } from '../write-ids.ts'
import type { FileLocks } from './lock-node.ts'
import { dueOf, type RecordFiles, type Seen } from './record-files-node.ts'
import type { Staging } from './staging-node.ts'

/** What a {@link RecordWriter} works with. */
export interface RecordWriterParts {
  readonly locks: FileLocks
  readonly files: RecordFiles
  readonly staging: Staging
  readonly now: () => number
}

/** A whole record to write. */
interface Written {
  readonly record: SessionRecord
  readonly stamp: Stamp
}

/** How one verb rewrites a record. */
interface Change<T> {
  /** The answer that leaves the record as it is; `undefined` when it is to be rewritten. */
  settled(stored: Seen): T | undefined
  /** What to write, `undefined` when the record is gone by now. */
  next(stored: Seen): Written | undefined
  readonly done: T
}

/**
 * The verbs that change records. Each writes its file aside first and decides only under the lock, by what is there then;
 * what it saw before the lock is an assumption that is checked.
 */
export class RecordWriter {
  readonly #parts: RecordWriterParts

  constructor(parts: RecordWriterParts) {
    this.#parts = parts
  }

  /** @returns What is known of the live record, `undefined` when there is none. */
  live(address: string): Seen | undefined {
    const stored = this.#parts.files.see(address)
    return stored !== undefined && this.#parts.now() < stored.due ? stored : undefined
  }

  async create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    const now = this.#parts.now()
    const times = { idleDeadline: now + lifetime.idleMs, absoluteDeadline: now + lifetime.absoluteMs }
    const staged = await this.#parts.files.stage(address, record, { version: 1, createdAt: now, ...times })
    return this.#commit(address, staged, (publish) => {
      const stored = this.live(address)
      if (stored !== undefined) return repeats(record, stored.fields) ? 'created' : 'exists'
      publish()
      return 'created'
    })
  }

  async replace(
    address: string,
    { record, version, lifetime, writeId }: Replacement,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    return this.#rewrite<'replaced' | 'conflict'>(address, {
      settled: ({ fields, stamp }) => {
        if (fields.writeIds.includes(writeId)) return 'replaced'
        return stamp.version === version ? undefined : 'conflict'
      },
      next: ({ stamp }) => ({ record, stamp: this.#following(stamp, lifetime) }),
      done: 'replaced',
    })
  }

  async touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    const stored = this.live(address)
    if (stored === undefined) return 'gone'
    if (this.#restarts(stored, lifetime)) return this.#restart(address, lifetime)
    const due = this.#dueAfter(stored, lifetime)
    if (due <= stored.due) return 'touched'
    return this.#parts.locks.hold(address, () => this.#prolong(address, lifetime))
  }

  async delete(address: string, version: number | undefined): Promise<'deleted' | 'conflict' | 'gone'> {
    const { locks, files } = this.#parts
    if (this.live(address) === undefined) return 'gone'
    const answer = await locks.hold(address, () => {
      const stored = this.live(address)
      if (stored === undefined) return 'gone'
      if (version !== undefined && stored.stamp.version !== version) return 'conflict'
      files.remove(address)
      return 'deleted'
    })
    if (answer === 'deleted') await files.settle(address)
    return answer
  }

  /** Writes a record as it was elsewhere, unless what is here is as new. */
  async restore(
    address: string,
    { record, version, createdAt, idleDeadline, absoluteDeadline }: StoredSession,
  ): Promise<'restored' | 'kept'> {
    const stamp: Stamp = { version, createdAt, idleDeadline, absoluteDeadline }
    const isKept = (): boolean => {
      return this.#parts.now() >= dueOf(stamp) || (this.live(address)?.stamp.version ?? 0) >= version
    }
    if (isKept()) return 'kept'
    const staged = await this.#parts.files.stage(address, record, stamp)
    return this.#commit(address, staged, (publish) => {
      if (isKept()) return 'kept'
      publish()
      return 'restored'
    })
  }

  /** Moves the death of the open file: if another file is in its place by the time, that one is not hit. */
  #prolong(address: string, lifetime: Lifetime): 'touched' | 'gone' {
    const { files, now } = this.#parts
    const answer = files.visit(address, (open) => {
      const stored = files.seeOpen(address, open)
      if (stored === undefined || now() >= stored.due) return 'gone'
      const due = this.#dueAfter(stored, lifetime)
      if (due > stored.due) files.setDue(open.fd, due)
      return 'touched'
    })
    return answer ?? 'gone'
  }

  #dueAfter({ stamp }: Seen, { idleMs }: Lifetime): number {
    return Math.min(this.#parts.now() + idleMs, stamp.absoluteDeadline)
  }

  /** Whether the absolute deadline moves on. It is in the content, so this rare touch rewrites the record. */
  #restarts({ stamp }: Seen, { absoluteMs }: Lifetime): boolean {
    return absoluteMs !== undefined && this.#parts.now() + absoluteMs > stamp.absoluteDeadline
  }

  async #restart(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    const { files } = this.#parts
    return this.#rewrite<'touched'>(address, {
      settled: (stored) => (this.#restarts(stored, lifetime) ? undefined : 'touched'),
      next: (stored) => {
        const whole = files.read(address)
        // Another record than the one seen is refused under the lock, and looked at anew.
        return (
          whole && {
            record: whole.record,
            stamp: { ...this.#following(stored.stamp, lifetime), version: stored.stamp.version },
          }
        )
      },
      done: 'touched',
    })
  }

  async #rewrite<T>(address: string, change: Change<T>): Promise<T | 'gone'> {
    for (;;) {
      const stored = this.live(address)
      if (stored === undefined) return 'gone'
      const early = change.settled(stored)
      if (early !== undefined) return early
      const next = change.next(stored)
      if (next === undefined) return 'gone'
      const staged = await this.#parts.files.stage(address, next.record, next.stamp)
      const answer = await this.#commit(address, staged, (publish) => {
        const current = this.live(address)
        if (current === undefined) return 'gone'
        const late = change.settled(current)
        if (late !== undefined) return late
        if (!isSame(current, stored)) return undefined
        this.#keepTouch(staged, next.stamp, current)
        publish()
        return change.done
      })
      if (answer !== undefined) return answer
    }
  }

  /** Runs `decide` under the lock. What it does not publish is discarded. */
  async #commit<T>(address: string, staged: string, decide: (publish: () => void) => T): Promise<T> {
    const { locks, files, staging } = this.#parts
    let isPublished = false
    try {
      const publish = (): void => {
        files.publish(address, staged)
        isPublished = true
      }
      const answer = await locks.hold(address, () => decide(publish))
      if (isPublished) await files.settle(address)
      return answer
    } finally {
      if (!isPublished) staging.discard(staged)
    }
  }

  /** A touch that came between the reading and the lock is not undone. */
  #keepTouch(staged: string, next: Stamp, current: Seen): void {
    if (current.stamp.idleDeadline <= next.idleDeadline) return
    this.#parts.files.setDue(staged, dueOf({ ...next, idleDeadline: current.stamp.idleDeadline }))
  }

  #following(stamp: Stamp, { idleMs, absoluteMs }: Lifetime): Stamp {
    const now = this.#parts.now()
    return {
      version: stamp.version + 1,
      createdAt: stamp.createdAt,
      idleDeadline: Math.max(stamp.idleDeadline, now + idleMs),
      absoluteDeadline: absoluteMs === undefined ? stamp.absoluteDeadline : now + absoluteMs,
    }
  }
}

/** What `replace` puts in place of which version. */
export interface Replacement {
  readonly record: SessionRecord
  readonly version: number
  readonly lifetime: Lifetime
  readonly writeId: string
}

/** Whether nothing but touches came between two looks. */
function isSame(one: Seen, other: Seen): boolean {
  const marks = ({ stamp, fields }: Seen): unknown[] => {
    return [stamp.version, stamp.createdAt, stamp.absoluteDeadline, fields.writeIds.at(-1)]
  }
  const others = marks(other)
  return marks(one).every((mark, at) => mark === others[at])
}
