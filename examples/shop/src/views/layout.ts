import { iconHref, styleHref } from '../assets.ts'
import { orderOf } from '../cart.ts'
import { findProduct } from '../catalogue.ts'
import type { Notice } from '../data.ts'
import { fill } from '../texts.ts'
import type { Visit } from '../visit.ts'
import { html, type Html } from './html.ts'
import { gate } from './scenery.ts'
import { tokenField } from './token.ts'

/** What fills the frame. */
export interface LayoutContent {
  readonly title: string
  readonly main: Html
  readonly notice: Notice | undefined
}

/** The frame of every page. */
export function layout(visit: Visit, { title, main, notice }: LayoutContent): Html {
  const { texts, language } = visit
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${texts.shopName}</title>
        <link rel="icon" type="image/svg+xml" href="${iconHref}" />
        <link rel="stylesheet" href="${styleHref}" />
      </head>
      <body>
        <a class="skip" href="#main">${texts.skip}</a>
        ${header(visit)}
        <main id="main" tabindex="-1">
          ${notice && html`<p class="notice" role="status">${noticeText(visit, notice)}</p>`} ${main}
        </main>
        ${footer(visit)}
      </body>
    </html>`
}

function header(visit: Visit): Html {
  const { texts, session, user } = visit
  const { pieces } = orderOf(session.get('cart'))
  const count = html`<span class="count">${fill(texts.cartCount, { count: pieces })}</span>`
  return html`<header class="top">
    <a class="brand" href="/">${gate()}<span>${texts.shopName}</span></a>
    ${languageForm(visit)}
    <nav aria-label="${texts.mainNavigation}">
      <ul>
        <li>${link(visit, '/', html`${texts.catalogue}`)}</li>
        <li>${link(visit, '/cart', html`${texts.cart} ${pieces > 0 && count}`)}</li>
        ${user === undefined ? html`<li>${link(visit, '/login', html`${texts.login}`)}</li>` : account(visit)}
      </ul>
    </nav>
  </header>`
}

function account(visit: Visit): Html {
  const { texts, door } = visit
  return html`<li>${link(visit, door.account.href, html`${texts[door.account.label]}`)}</li>
    <li>
      <form method="post" action="${door.logout}">
        ${tokenField(visit)}<button class="link">${texts.logout}</button>
      </form>
    </li>`
}

function link({ path }: Visit, href: string, label: Html): Html {
  return html`<a href="${href}" ${path === href && html`aria-current="page"`}>${label}</a>`
}

function languageForm({ texts, language, page }: Visit): Html {
  const button = (value: string, name: string): Html =>
    html`<button name="language" value="${value}" lang="${value}" aria-pressed="${String(value === language)}">
      ${name}
    </button>`
  return html`<form class="language" method="post" action="/language" role="group" aria-label="${texts.language}">
    <input type="hidden" name="return" value="${page}" />
    ${button('ja', '日本語')} ${button('en', 'English')}
  </form>`
}

function footer(visit: Visit): Html {
  const { texts } = visit
  return html`<footer>
    <p class="pass">${passText(visit)}</p>
    <p>${texts.footer}</p>
  </footer>`
}

/** What the shop knows about the visitor. */
function passText({ texts, isKnown, user, language }: Visit): string {
  if (user !== undefined) return fill(texts.passUser, { name: user.name[language] })
  return isKnown ? texts.passVisitor : texts.passNone
}

const noticeTexts = {
  added: 'noticeAdded',
  changed: 'noticeChanged',
  removed: 'noticeRemoved',
  full: 'noticeFull',
  welcome: 'noticeWelcome',
  goodbye: 'noticeGoodbye',
  ended: 'noticeEnded',
  endedOthers: 'noticeEndedOthers',
  alreadyEnded: 'noticeAlreadyEnded',
} as const satisfies Readonly<Record<Notice['kind'], string>>

function noticeText({ texts, language, user }: Visit, { kind, product, count = 0 }: Notice): string {
  const values = { product: findProduct(product)?.name[language] ?? '', count, name: user?.name[language] ?? '' }
  return fill(texts[noticeTexts[kind]], values)
}
