import { page, redirect, refusal } from '../answers.ts'
import { findProduct, mostPieces } from '../catalogue.ts'
import { linesOf } from '../cart.ts'
import { smallNumber } from '../form.ts'
import { cartView } from '../views/cart.ts'
import type { Answer, Visit } from '../visit.ts'

/** What is in the cart. */
export function showCart(visit: Visit): Answer {
  return page(visit, { title: visit.texts.cart, main: cartView(visit, linesOf(visit.session)) })
}

/** Puts so many pieces more into the cart. */
export async function addToCart(visit: Visit): Promise<Answer> {
  const { form, session } = visit
  const product = findProduct(form.get('product'))
  const pieces = smallNumber(form.get('quantity') ?? '1')
  if (product === undefined || pieces === undefined || pieces < 1 || pieces > mostPieces) return refusal(visit, 422)
  // Set first, so that the update stores it too: one write for both.
  session.flash('notice', { kind: 'added', product: product.id })
  // Two tabs that add the same tea at once make two of it: `update` runs on the newest cart, again if need be.
  const cart = await session.update('cart', (newest = {}) => {
    return { ...newest, [product.id]: Math.min((newest[product.id] ?? 0) + pieces, mostPieces) }
  })
  if (cart[product.id] === mostPieces) {
    session.flash('notice', { kind: 'full', product: product.id, count: mostPieces })
  }
  return redirect('/cart')
}

/** Sets how many pieces of a product are in the cart. */
export async function changeQuantity(visit: Visit): Promise<Answer> {
  const { form, session } = visit
  const product = findProduct(form.get('product'))
  const count = smallNumber(form.get('quantity'))
  if (product === undefined || count === undefined || count > mostPieces) return refusal(visit, 422)
  if (count === 0) return removeFromCart(visit)
  session.flash('notice', { kind: 'changed', product: product.id, count })
  await session.update('cart', (newest = {}) => ({ ...newest, [product.id]: count }))
  return redirect('/cart')
}

/** Takes a product out of the cart. */
export async function removeFromCart(visit: Visit): Promise<Answer> {
  const { form, session } = visit
  const product = findProduct(form.get('product'))
  if (product === undefined) return refusal(visit, 422)
  if (session.get('cart')?.[product.id] === undefined) return redirect('/cart')
  session.flash('notice', { kind: 'removed', product: product.id })
  await session.update('cart', (newest = {}) => {
    const { [product.id]: _, ...others } = newest
    return others
  })
  return redirect('/cart')
}
