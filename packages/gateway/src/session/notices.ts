import type { SessionNotice } from './contract.ts'

/** A connection that cannot be had is tried again and again, and says the same each time. */
const silenceMs = 60_000
const mostRemembered = 100

/** Passes notices on, the same one once a minute. */
export class Notices {
  readonly #listener: (notice: SessionNotice) => void
  readonly #told = new Map<string, number>()

  constructor(listener: (notice: SessionNotice) => void) {
    this.#listener = listener
  }

  tell(notice: SessionNotice): void {
    const now = performance.now()
    if (now - (this.#told.get(notice.message) ?? -Infinity) < silenceMs) return
    if (this.#told.size >= mostRemembered) this.#told.clear()
    this.#told.set(notice.message, now)
    this.#listener(notice)
  }
}
