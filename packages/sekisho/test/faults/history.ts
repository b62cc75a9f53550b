/** What was asked of a system of sessions, what it answered, and when: the evidence for {@link faultsOf}. */

/** What a request asks for. Every value is given only once in a history; a session logs in one user, however often. */
export type Deed =
  | { readonly kind: 'create' }
  | { readonly kind: 'read' }
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  | { readonly kind: 'push'; readonly value: string }
  | { readonly kind: 'increment' }
  | { readonly kind: 'login'; readonly principal: string }
  | { readonly kind: 'rotate' }
  | { readonly kind: 'logout' }
  /** Somebody else ends all sessions of the session's user. */
  | { readonly kind: 'revoke' }

/** What a session holds, as a read shows it. */
export interface View {
  /** The name of the session that it says it is. */
  readonly owner: string
  readonly principal?: string | undefined
  readonly keys: Readonly<Record<string, string>>
  readonly list: readonly string[]
  readonly count: number
}

/**
 * `ok`: acknowledged. `fail`: certainly without effect. `info`: nobody knows; it may have had its effect, or have it later.
 */
export type Result = 'ok' | 'fail' | 'info'

/** One request. Times are milliseconds of one clock that never jumps. */
export interface Operation {
  readonly session: string
  readonly deed: Deed
  readonly invoked: number
  /** Infinite while nothing has come back. */
  readonly ended: number
  readonly result: Result
  /** What the answer showed: the session's content (to a `read`), or that the request belonged to nobody. */
  readonly saw?: View | 'nobody' | undefined
  /** What the counter was after an `increment` that was acknowledged. */
  readonly count?: number | undefined
}

/** What ends an operation. */
export interface Ending {
  readonly result: Result
  readonly saw?: View | 'nobody' | undefined
  readonly count?: number | undefined
}

/** Records operations as they happen. */
export class History {
  readonly #operations: Operation[] = []
  readonly #now: () => number

  /** @param now A clock in milliseconds that never jumps. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** All operations so far, in the order in which they began. One that has no ending yet is `info`. */
  get operations(): readonly Operation[] {
    return this.#operations
  }

  /** Records that an operation begins. @returns To be called with what came of it. */
  begin(session: string, deed: Deed): (ending: Ending) => void {
    const open: Operation = { session, deed, invoked: this.#now(), ended: Infinity, result: 'info' }
    const index = this.#operations.push(open) - 1
    return (ending) => {
      this.#operations[index] = { ...open, ...ending, ended: this.#now() }
    }
  }

  /** How many operations of each result there are, for a report. */
  counts(): Record<Result, number> {
    const counts = { ok: 0, fail: 0, info: 0 }
    for (const { result } of this.#operations) counts[result] += 1
    return counts
  }
}
