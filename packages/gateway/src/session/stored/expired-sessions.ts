import { channels } from 'sekisho/events'

/** So many are remembered: enough to tell the next visit of each, and no more than a megabyte. */
const mostRemembered = 10_000

/**
 * When the sessions end that were used lately, so that a visitor can be told from somebody with a cookie from nowhere. Some
 * stores say which session they have found dead; of others nothing is left by then.
 */
export class ExpiredSessions {
  /** Milliseconds since 1970, by address. */
  readonly #deadlines = new Map<string, number>()
  readonly #note = (message: unknown): void => this.seen((message as { readonly address: string }).address, 0)

  constructor() {
    channels.expired.subscribe(this.#note)
  }

  /** Whether a session that is not there any more has ended by itself. */
  has(address: string): boolean {
    const deadline = this.#deadlines.get(address)
    return deadline !== undefined && deadline <= Date.now()
  }

  /** A session is there. @param deadline When it ends unless it is used again. */
  seen(address: string, deadline: number): void {
    // What was used last is forgotten last.
    this.#deadlines.delete(address)
    const [oldest] = this.#deadlines.keys()
    if (this.#deadlines.size >= mostRemembered && oldest !== undefined) this.#deadlines.delete(oldest)
    this.#deadlines.set(address, deadline)
  }

  close(): void {
    channels.expired.unsubscribe(this.#note)
  }
}
