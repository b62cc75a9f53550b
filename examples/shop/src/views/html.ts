/** Text that is HTML already; only {@link html} makes it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template: text is escaped, `undefined` and `false` are nothing. */
export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[]

/**
 * A piece of HTML. Whatever is put into it is escaped, unless it is a piece of HTML itself. Attribute values need their
 * quotes: html`<a title="${title}">`.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? ''
  for (const [index, value] of values.entries()) text += rendered(value) + (parts[index + 1] ?? '')
  return new Html(text)
}

function rendered(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(rendered).join('')
  return String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
