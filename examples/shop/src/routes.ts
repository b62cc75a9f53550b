import { addToCart, changeQuantity, removeFromCart, showCart } from './routes/cart.ts'
import { showCatalogue, showProduct } from './routes/catalogue.ts'
import { placeOrder, showCheckout, showThanks } from './routes/checkout.ts'
import { chooseLanguage } from './routes/language.ts'
import { logIn, logOut, showLogin } from './routes/login.ts'
import { endOtherSessions, endSession, showSessions } from './routes/sessions.ts'
import type { Handler, OwnVisit, Visit } from './visit.ts'

/** What there is at one path. */
export interface Route<V extends Visit = Visit> {
  readonly path: string
  readonly get?: Handler<V>
  readonly post?: Handler<V>
  /** The form acts in the name of the user who is signed in, and brings a token. */
  readonly forUser?: true
}

/** What every shop has. */
export const commonRoutes: readonly Route[] = [
  { path: '/', get: showCatalogue },
  { path: '/products/:id', get: showProduct },
  { path: '/cart', get: showCart },
  { path: '/cart/add', post: addToCart },
  { path: '/cart/quantity', post: changeQuantity },
  { path: '/cart/remove', post: removeFromCart },
  { path: '/checkout', get: showCheckout, post: placeOrder, forUser: true },
  { path: '/thanks', get: showThanks },
  { path: '/login', get: showLogin },
  { path: '/language', post: chooseLanguage },
]

/** What there is where the shop keeps its own sessions. */
export const ownRoutes: readonly Route<OwnVisit>[] = [
  { path: '/login', get: showLogin, post: logIn },
  { path: '/logout', post: logOut, forUser: true },
  { path: '/sessions', get: showSessions },
  { path: '/sessions/end', post: endSession, forUser: true },
  { path: '/sessions/end-others', post: endOtherSessions, forUser: true },
  ...commonRoutes,
]

/** The route of a path, and what stands in the place of `:id`. */
export function findRoute<V extends Visit>(
  path: string,
  routes: readonly Route<V>[],
): { readonly route: Route<V>; readonly id: string } | undefined {
  for (const route of routes) {
    if (route.path === path) return { route, id: '' }
    if (!route.path.endsWith(':id')) continue
    const start = route.path.slice(0, -':id'.length)
    const id = path.slice(start.length)
    if (path.startsWith(start) && id !== '' && !id.includes('/')) return { route, id }
  }
  return undefined
}
