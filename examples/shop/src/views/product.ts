import { mostPieces, type Product } from '../catalogue.ts'
import { yen } from '../texts.ts'
import type { Visit } from '../visit.ts'
import { html, type Html } from './html.ts'
import { picture } from './pictures.ts'

/** One product, large. */
export function productView({ texts, language }: Visit, product: Product): Html {
  const { id, name, text, size, price } = product
  return html`<p class="trail"><a href="/">${texts.backToShop}</a></p>
    <article class="product">
      ${picture(id)}
      <div>
        <h1>${name[language]}</h1>
        <p class="lead">${text[language]}</p>
        <dl>
          <div>
            <dt>${texts.size}</dt>
            <dd>${size[language]}</dd>
          </div>
          <div>
            <dt>${texts.price}</dt>
            <dd><span class="price">${yen(price, language)}</span> <small>${texts.taxIncluded}</small></dd>
          </div>
        </dl>
        <form class="row" method="post" action="/cart/add">
          <input type="hidden" name="product" value="${id}" />
          <label>
            <span>${texts.quantity}</span>
            <input type="number" name="quantity" value="1" min="1" max="${mostPieces}" required />
          </label>
          <button class="primary">${texts.addToCart}</button>
        </form>
      </div>
    </article>`
}
