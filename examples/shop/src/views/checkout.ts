import type { CartLine } from '../cart.ts'
import type { Order } from '../data.ts'
import { fill, yen } from '../texts.ts'
import type { User } from '../users.ts'
import type { Visit } from '../visit.ts'
import { totalView } from './cart.ts'
import { html, type Html } from './html.ts'
import { seal } from './scenery.ts'
import { tokenField } from './token.ts'

/** What is about to be ordered. */
export function checkoutView(visit: Visit, lines: readonly CartLine[]): Html {
  const { texts, language } = visit
  const row = ({ product, pieces, total }: CartLine): Html =>
    html`<li><span>${product.name[language]} × ${pieces}</span><span class="price">${yen(total, language)}</span></li>`
  return html`<section class="sheet">
    <h1>${texts.checkout}</h1>
    <ul class="summary">
      ${lines.map(row)}
    </ul>
    ${totalView(visit, lines)}
    <p>${texts.checkoutText}</p>
    <form class="onward" method="post" action="/checkout">
      ${tokenField(visit)}
      <a href="/cart">${texts.backToCart}</a>
      <button class="primary">${texts.placeOrder}</button>
    </form>
  </section>`
}

/** After the order. */
export function thanksView({ texts, language }: Visit, user: User, { pieces, total }: Order): Html {
  const values = { name: user.name[language], pieces, total: yen(total, language) }
  return html`<section class="message">
    ${seal()}
    <h1>${texts.thanks}</h1>
    <p>${fill(texts.thanksText, values)}</p>
    <p>${texts.thanksNote}</p>
    <p><a class="button" href="/">${texts.backToShop}</a></p>
  </section>`
}
