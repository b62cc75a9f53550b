import type { Texts } from '../texts.ts'
import { html, type Html } from './html.ts'

/** A few words, and the way back to the shop. */
export function messageView(words: { readonly title: string; readonly text: string; readonly texts: Texts }): Html {
  return html`<section class="message">
    <h1>${words.title}</h1>
    <p>${words.text}</p>
    <p><a class="button" href="/">${words.texts.backToShop}</a></p>
  </section>`
}
