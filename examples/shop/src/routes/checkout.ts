import { page, redirect } from '../answers.ts'
import { linesOf, orderOf } from '../cart.ts'
import { checkoutView, thanksView } from '../views/checkout.ts'
import type { Answer, Visit } from '../visit.ts'

/** The order before it is placed; only for a user, and only with something in the cart. */
export function showCheckout(visit: Visit): Answer {
  const { session, user, texts } = visit
  if (user === undefined) return redirect('/login?return=/checkout')
  const lines = linesOf(session)
  if (lines.length === 0) return redirect('/cart')
  return page(visit, { title: texts.checkout, main: checkoutView(visit, lines) })
}

/** Takes the cart. Of two clicks, only one finds something in it. */
export async function placeOrder({ session, user }: Visit): Promise<Answer> {
  if (user === undefined) return redirect('/login?return=/checkout')
  const order = await session.update((newest) => {
    const taken = orderOf(newest.cart)
    if (taken.pieces === 0) return undefined
    delete newest.cart
    newest.order = taken
    return taken
  })
  return redirect(order === undefined ? '/cart' : '/thanks')
}

/** Says thanks, once. */
export function showThanks(visit: Visit): Answer {
  const { session, user, texts } = visit
  const order = visit.method === 'HEAD' ? session.get('order') : session.flash('order')
  if (user === undefined || order === undefined) return redirect('/')
  return page(visit, { title: texts.thanks, main: thanksView(visit, user, order) })
}
