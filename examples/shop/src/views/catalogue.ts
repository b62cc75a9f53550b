import type { Product } from '../catalogue.ts'
import { fill, yen } from '../texts.ts'
import type { Visit } from '../visit.ts'
import { html, type Html } from './html.ts'
import { picture } from './pictures.ts'
import { landscape } from './scenery.ts'

/** All products, by section. */
export function catalogueView(visit: Visit, products: readonly Product[]): Html {
  const { texts } = visit
  const section = (name: Product['section'], title: string): Html =>
    html`<section aria-labelledby="${name}">
      <h2 id="${name}">${title}</h2>
      <ul class="shelf">
        ${products.filter((product) => product.section === name).map((product) => card(visit, product))}
      </ul>
    </section>`
  return html`<section class="hero">
      ${landscape()}
      <h1>${texts.heroTitle}</h1>
      <p>${texts.heroText}</p>
    </section>
    ${section('tea', texts.sectionTea)} ${section('desk', texts.sectionDesk)}`
}

function card({ texts, language }: Visit, { id, name, short, price }: Product): Html {
  return html`<li class="card">
    ${picture(id)}
    <h3><a href="/products/${id}">${name[language]}</a></h3>
    <p>${short[language]}</p>
    <form method="post" action="/cart/add">
      <input type="hidden" name="product" value="${id}" />
      <span class="price">${yen(price, language)}</span>
      <button aria-label="${fill(texts.addToCartOf, { product: name[language] })}">${texts.addToCart}</button>
    </form>
  </li>`
}
