import type { CartLine } from '../cart.ts'
import { mostPieces } from '../catalogue.ts'
import { fill, yen } from '../texts.ts'
import type { Visit } from '../visit.ts'
import { html, type Html } from './html.ts'
import { picture } from './pictures.ts'

/** The cart, with what can be done to it. */
export function cartView(visit: Visit, lines: readonly CartLine[]): Html {
  const { texts, user } = visit
  if (lines.length === 0)
    return html`<section class="message">
      <h1>${texts.cartEmpty}</h1>
      <p>${texts.cartEmptyText}</p>
      <p><a class="button" href="/">${texts.backToShop}</a></p>
    </section>`
  return html`<h1>${texts.cart}</h1>
    <ul class="lines">
      ${lines.map((line) => cartLine(visit, line))}
    </ul>
    ${totalView(visit, lines)}
    <div class="onward">
      ${user === undefined && html`<p>${texts.toCheckoutNote}</p>`}
      <a class="button primary" href="/checkout">${texts.toCheckout}</a>
    </div>`
}

/** What the lines come to. */
export function totalView({ texts, language }: Visit, lines: readonly CartLine[]): Html {
  let total = 0
  for (const line of lines) total += line.total
  return html`<p class="total">
    <span>${texts.total} <small>${texts.taxIncluded}</small></span>
    <strong>${yen(total, language)}</strong>
  </p>`
}

function cartLine({ texts, language }: Visit, { product, pieces, total }: CartLine): Html {
  const name = product.name[language]
  return html`<li class="line">
    ${picture(product.id)}
    <div class="what">
      <a href="/products/${product.id}">${name}</a>
      <small>${yen(product.price, language)}</small>
    </div>
    <form class="row" method="post" action="/cart/quantity">
      <input type="hidden" name="product" value="${product.id}" />
      <input
        type="number"
        name="quantity"
        value="${pieces}"
        min="0"
        max="${mostPieces}"
        required
        aria-label="${fill(texts.quantityOf, { product: name })}"
      />
      <button aria-label="${fill(texts.updateOf, { product: name })}">${texts.update}</button>
    </form>
    <form class="remove" method="post" action="/cart/remove">
      <input type="hidden" name="product" value="${product.id}" />
      <button class="link" aria-label="${fill(texts.removeOf, { product: name })}">${texts.remove}</button>
    </form>
    <span class="price">${yen(total, language)}</span>
  </li>`
}
