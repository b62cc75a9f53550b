import { findProduct, type Product } from './catalogue.ts'
import type { Cart, Order, ShopSession } from './data.ts'

/** One product in a cart. */
export interface CartLine {
  readonly product: Product
  readonly pieces: number
  readonly total: number
}

/** The lines of a visitor's cart. */
export function linesOf(session: ShopSession): CartLine[] {
  return linesIn(session.get('cart'))
}

/** What a cart comes to. */
export function orderOf(cart: Cart | undefined): Order {
  let pieces = 0
  let total = 0
  for (const line of linesIn(cart)) {
    pieces += line.pieces
    total += line.total
  }
  return { pieces, total }
}

/** A product that is no longer sold drops out. */
function linesIn(cart: Cart = {}): CartLine[] {
  return Object.entries(cart).flatMap(([id, pieces]) => {
    const product = findProduct(id)
    return product === undefined ? [] : [{ product, pieces, total: pieces * product.price }]
  })
}
