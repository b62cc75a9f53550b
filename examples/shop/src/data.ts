import { defineSession, type LifetimeOptions, type Session, type Sessions, type SessionStore } from 'sekisho'
import type { Language } from './texts.ts'

/** What the shop keeps about a visitor. */
export interface ShopData {
  /** Product id → quantity. */
  cart: Cart
  /** The language that was chosen; until then the browser's wish counts. */
  language: Language
  /** A message for the next page. */
  notice: Notice
  /** What was ordered, for the page that says thanks. */
  order: Order
}

/** Product id → quantity. */
export type Cart = Record<string, number>

/** What there is to say on a next page. */
export const noticeKinds = [
  'added',
  'changed',
  'removed',
  'full',
  'welcome',
  'goodbye',
  'ended',
  'endedOthers',
  'alreadyEnded',
] as const

/** A message for the next page. Only its kind is stored: the page says it in its own language. */
export interface Notice {
  readonly kind: (typeof noticeKinds)[number]
  /** The product that it is about. */
  readonly product?: string
  /** How many. */
  readonly count?: number
}

/** What was ordered. */
export interface Order {
  readonly pieces: number
  readonly total: number
}

/** A visitor's session, where the shop keeps it itself. */
export type OwnSession = Session<ShopData>

/** A visitor's session, as far as every shop uses it: the gateway may keep it as well. */
export type ShopSession = Pick<OwnSession, 'get' | 'set' | 'flash' | 'update'>

const lifetime = { idle: 30 * 60, absolute: 12 * 60 * 60 } satisfies LifetimeOptions

/**
 * Defines the shop's sessions.
 *
 * @param store Where they are kept.
 * @param development Over plain http: the cookie is then `sid-shop`, without `Secure`.
 */
export function shopSessions(store: SessionStore, development: boolean): Sessions<ShopData> {
  return defineSession<ShopData>({
    name: 'shop',
    store,
    development,
    lifetime,
    // What a visitor put here before signing in harms nobody, so it survives; everything else is dropped.
    keys: { cart: { beforeLogin: 'keep' }, language: { beforeLogin: 'keep' } },
  })
}
