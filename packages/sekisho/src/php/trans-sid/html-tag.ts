/** The value of an attribute: where it stands in the page, without quotes. */
export interface AttributeValue {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** A tag, as browsers read it. */
export interface HtmlTag {
  /** In lower case, with a slash before it for an end tag. */
  readonly name: string
  /** Where the tag is over. */
  readonly end: number
  /** Those with a value, in their order. Of two with one name, browsers take the first. */
  readonly attributes: readonly AttributeValue[]
}

const tagName = /[^\t\n\f\r />]*/y
const betweenAttributes = /[\t\n\f\r /]*/y
const attributeName = /=?[^\t\n\f\r />=]*/y
const equals = /[\t\n\f\r ]*=[\t\n\f\r ]*/y
const unquoted = /[^\t\n\f\r >]*/y

/**
 * Reads a tag by the rules of HTML.
 *
 * @param at Where its `<` is; a letter follows, or a slash and a letter.
 * @returns Undefined where the tag is not over yet.
 */
export function readHtmlTag(text: string, at: number): HtmlTag | undefined {
  const nameStart = at + (text[at + 1] === '/' ? 2 : 1)
  let here = past(tagName, text, nameStart)
  const name = text.slice(at + 1, here).toLowerCase()
  const attributes: AttributeValue[] = []
  for (;;) {
    here = past(betweenAttributes, text, here)
    if (here >= text.length) return undefined
    if (text[here] === '>') return { name, end: here + 1, attributes }
    const end = past(attributeName, text, here)
    const attribute = valueAfter(text, end, text.slice(here, end).toLowerCase())
    if (attribute === undefined) return undefined
    if (attribute.value !== undefined) attributes.push(attribute.value)
    here = attribute.end
  }
}

/** What follows the name of an attribute: a value, or none. Undefined where the page must go on to tell. */
function valueAfter(text: string, at: number, name: string): { value?: AttributeValue; end: number } | undefined {
  const start = past(equals, text, at)
  if (start === at) return { end: at }
  const quote = text[start]
  if (quote === undefined) return undefined
  if (quote !== '"' && quote !== "'") {
    const end = past(unquoted, text, start)
    return end === text.length ? undefined : { value: { name, start, end }, end }
  }
  const end = text.indexOf(quote, start + 1)
  return end === -1 ? undefined : { value: { name, start: start + 1, end }, end: end + 1 }
}

/** Where something that may be there is over. */
function past(kind: RegExp, text: string, at: number): number {
  kind.lastIndex = at
  return kind.test(text) ? kind.lastIndex : at
}
