import { mostPieces } from '../catalogue.ts'
import { type Cart, type Notice, noticeKinds, type Order, type ShopData, type ShopSession } from '../data.ts'
import { isLanguage } from '../texts.ts'

type Key = keyof ShopData

/**
 * A visitor's session as an app behind the gateway has it: texts by key, read from a header of the request, and what changes
 * goes back in a header of the answer. Other apps write into the same session, so what is read is looked at first.
 *
 * Two keys that two requests change at the same time are both kept; of one key that both change, the later answer wins. What
 * must not be lost so belongs into the app's own database.
 */
export class GatewaySession implements ShopSession {
  readonly #values: URLSearchParams
  readonly #changes = new URLSearchParams()

  /** @param said What the gateway says, `cart=…&language=ja`; undefined: nothing is known about the visitor. */
  constructor(said: string | undefined) {
    this.#values = new URLSearchParams(said)
  }

  /** What is to be said to the gateway; undefined when nothing has changed. */
  get changes(): string | undefined {
    return this.#changes.size === 0 ? undefined : this.#changes.toString()
  }

  /** Whether anything is kept in it; its time of expiry is there in any case. */
  get isStored(): boolean {
    return [...this.#values.keys()].some((key) => key !== 'expiry')
  }

  get<K extends Key>(key: K): ShopData[K] | undefined {
    const text = this.#values.get(key)
    return text === null ? undefined : readers[key](text)
  }

  set<K extends Key>(key: K, value: ShopData[K]): void {
    this.#write(key, typeof value === 'string' ? value : JSON.stringify(value))
  }

  flash<K extends Key>(key: K, value: ShopData[K]): void
  flash<K extends Key>(key: K): ShopData[K] | undefined
  flash<K extends Key>(key: K, value?: ShopData[K]): ShopData[K] | undefined {
    const kept = value === undefined ? this.get(key) : undefined
    if (value !== undefined) this.set(key, value)
    else this.remove(key)
    return kept
  }

  update<K extends Key>(key: K, change: (value: ShopData[K] | undefined) => ShopData[K]): Promise<ShopData[K]>
  update<R>(change: (draft: Partial<ShopData>) => R): Promise<R>
  async update<R>(
    key: Key | ((draft: Partial<ShopData>) => R),
    change?: (value: never) => ShopData[Key],
  ): Promise<unknown> {
    if (typeof key === 'function') return this.#updateAll(key)
    const value = change?.(this.get(key) as never)
    if (value !== undefined) this.set(key, value)
    return value
  }

  /** Removes a value: to the gateway, a key without a value is one that is to go. */
  remove(key: Key): void {
    if (this.#values.has(key)) this.#write(key, '')
  }

  #updateAll<R>(change: (draft: Partial<ShopData>) => R): R {
    const draft: Partial<ShopData> = {}
    for (const key of keys) Object.assign(draft, { [key]: this.get(key) })
    const result = change(draft)
    for (const key of keys) {
      const value = draft[key]
      if (value === undefined) this.remove(key)
      else this.set(key, value)
    }
    return result
  }

  #write(key: Key, text: string): void {
    if (text === '') this.#values.delete(key)
    else this.#values.set(key, text)
    this.#changes.set(key, text)
  }
}

/** What a text in the session means to the shop; undefined for one that means nothing. */
const readers: { readonly [K in Key]: (text: string) => ShopData[K] | undefined } = {
  cart: readCart,
  language: (text) => (isLanguage(text) ? text : undefined),
  notice: readNotice,
  order: readOrder,
}

const keys = Object.keys(readers) as readonly Key[]

function readCart(text: string): Cart | undefined {
  const cart = Object.entries(parsed(text) ?? {}).filter(([, pieces]) => isQuantity(pieces))
  return cart.length === 0 ? undefined : (Object.fromEntries(cart) as Cart)
}

function readNotice(text: string): Notice | undefined {
  const notice = parsed(text) as Partial<Notice> | undefined
  return noticeKinds.some((kind) => kind === notice?.kind) ? (notice as Notice) : undefined
}

function readOrder(text: string): Order | undefined {
  const { pieces, total } = (parsed(text) ?? {}) as Partial<Order>
  return typeof pieces === 'number' && typeof total === 'number' ? { pieces, total } : undefined
}

function isQuantity(pieces: unknown): boolean {
  return Number.isInteger(pieces) && Number(pieces) >= 1 && Number(pieces) <= mostPieces
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
