/** What there is to buy, by the names that carts have. */
export type Catalogue = Readonly<Record<string, { readonly name: string; readonly yen: number }>>

/** What the page shows. */
export interface Shown {
  readonly catalogue: Catalogue
  readonly cart: Readonly<Record<string, number>>
  readonly user: string | undefined
  /** Whether a login was just refused. */
  readonly isRefused: boolean
}

/** The shelf. */
export function page({ catalogue, cart, user, isRefused }: Shown): string {
  const count = Object.values(cart).reduce((sum, pieces) => sum + pieces, 0)
  const items = Object.entries(catalogue).map(
    ([sku, { name, yen }]) => `<li><span>${text(name)}</span><span>¥${yen.toLocaleString('en')}</span>
      <form method="post" action="/add"><button name="sku" value="${text(sku)}" aria-label="Add ${text(name)} to the cart">Add</button></form></li>`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>Shop</title><link rel="stylesheet" href="/style.css">
    <header><nav><a href="/" aria-current="page">Shop <small>TypeScript</small></a><a href="/php/">Cart (${count}) <small>PHP</small></a></nav>
    <div class="door">${door(user, isRefused)}</div></header>
    <main><h1>The shelf</h1><ul>${items.join('')}</ul></main></html>`
}

function door(user: string | undefined, isRefused: boolean): string {
  if (user !== undefined) {
    return `<form method="post" action="/logout"><span>Signed in as ${text(user)}</span><button>Log out through TypeScript</button></form>`
  }
  return `${isRefused ? '<p class="refused">That name and password are not known here.</p>' : ''}
    <form method="post" action="/login"><input name="name" aria-label="Name" placeholder="Name" required autocomplete="username">
    <input name="password" type="password" aria-label="Password" placeholder="Password" required autocomplete="current-password">
    <button>Log in through TypeScript</button></form>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function text(value: string): string {
  return value.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}
