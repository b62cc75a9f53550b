import { channels } from 'sekisho/events'

/** So many are remembered: enough to tell the next visit of each, and no more than a megabyte. */
const mostRemembered = 10_000

/** The sessions that stores have lately found dead, so that a visitor can be told from somebody with a cookie from nowhere. */
export class ExpiredSessions {
  readonly #addresses = new Set<string>()
  readonly #note = (message: unknown): void => this.#remember((message as { readonly address: string }).address)

  constructor() {
    channels.expired.subscribe(this.#note)
  }

  has(address: string): boolean {
    return this.#addresses.has(address)
  }

  close(): void {
    channels.expired.unsubscribe(this.#note)
  }

  #remember(address: string): void {
    const [oldest] = this.#addresses
    if (this.#addresses.size >= mostRemembered && oldest !== undefined) this.#addresses.delete(oldest)
    this.#addresses.add(address)
  }
}
