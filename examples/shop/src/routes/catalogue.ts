import { page, refusal } from '../answers.ts'
import { findProduct, products } from '../catalogue.ts'
import { catalogueView } from '../views/catalogue.ts'
import { productView } from '../views/product.ts'
import type { Answer, Visit } from '../visit.ts'

/** Everything there is. */
export function showCatalogue(visit: Visit): Answer {
  return page(visit, { title: visit.texts.shopLine, main: catalogueView(visit, products) })
}

/** One product. */
export function showProduct(visit: Visit): Answer {
  const product = findProduct(visit.id)
  if (product === undefined) return refusal(visit, 404)
  return page(visit, { title: product.name[visit.language], main: productView(visit, product) })
}
