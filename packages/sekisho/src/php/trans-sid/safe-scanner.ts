import type { RewriteRules, Scanner } from './contract.ts'
import { type HtmlTag, readHtmlTag } from './html-tag.ts'
import { isSafeFormOurs, rewriteSafeUrl, type Setting } from './safe-url.ts'

/** Elements in which `<` begins nothing but their own end. */
const rawElements: ReadonlySet<string> = new Set([
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
])
const never = /(?!)/g
const commentEnd = /--!?>/g
const bogusEnd = />/g

/** What the scanner goes over without looking into it. */
interface Opaque {
  /** What it ends with. */
  readonly end: RegExp
  /** Whether the end itself is looked at again: it is a tag. */
  readonly isTag: boolean
  /** So many characters at the end of what has come may belong to its end. */
  readonly tail: number
}

/** Finds the tags of a page as browsers find them: comments, scripts and texts are none. */
export class SafeScanner implements Scanner {
  readonly #rules: RewriteRules
  readonly #setting: Setting = { isBaseOurs: true, isHtml: true }
  #hasBase = false
  #opaque: Opaque | undefined
  #text = ''
  #at = 0
  #result = ''

  constructor(rules: RewriteRules) {
    this.#rules = rules
  }

  push(text: string): string {
    this.#text += text
    while (this.#opaque === undefined ? this.#inText() : this.#inOpaque(this.#opaque));
    this.#text = this.#text.slice(this.#at)
    this.#at = 0
    return this.#take()
  }

  end(): string {
    this.#pass(this.#text.length)
    this.#text = ''
    this.#at = 0
    return this.#take()
  }

  /** @returns Whether there may be more to find in what has come so far. */
  #inText(): boolean {
    const found = this.#text.indexOf('<', this.#at)
    this.#pass(found === -1 ? this.#text.length : found)
    if (found === -1) return false
    const start = this.#text.slice(found, found + 4)
    if (/^<\/?[A-Za-z]/.test(start)) return this.#inTag()
    // These could still become a tag or a comment.
    if (start === '<' || start === '</' || start === '<!' || start === '<!-') return false
    if (start === '<!--') return this.#skip({ end: commentEnd, isTag: false, tail: 3 }, 2)
    if (/^<[!?/]/.test(start)) return this.#skip({ end: bogusEnd, isTag: false, tail: 0 }, 1)
    return this.#pass(found + 1)
  }

  /** Of a tag that is too long, all that was looked at is left: looking at it again from each `<` in it would take for ever. */
  #inTag(): boolean {
    const { maxTag } = this.#rules
    const tag = readHtmlTag(this.#text.slice(this.#at, this.#at + maxTag), 0)
    if (tag !== undefined) return this.#rewriteTag(tag)
    const isTooLong = this.#text.length - this.#at > maxTag
    return isTooLong ? this.#pass(this.#at + maxTag) : false
  }

  #rewriteTag(tag: HtmlTag): boolean {
    const start = this.#at
    const attribute = this.#rules.tags.get(tag.name)
    const found = tag.attributes.find(({ name }) => name === attribute)
    if (found !== undefined) this.#rewriteValue(start + found.start, start + found.end)
    this.#pass(start + tag.end)
    if (tag.name === 'base') this.#noteBase(tag, start)
    if (tag.name === 'form' && this.#rules.tags.has('form')) this.#addFields(tag, start)
    if (tag.name === 'plaintext') return this.#skip({ end: never, isTag: false, tail: 0 }, 0)
    if (!rawElements.has(tag.name)) return true
    const end = new RegExp(`</${tag.name}(?=[\\t\\n\\f\\r />])`, 'gi')
    return this.#skip({ end, isTag: true, tail: tag.name.length + 2 }, 0)
  }

  #rewriteValue(start: number, end: number): void {
    this.#pass(start)
    this.#result += rewriteSafeUrl(this.#text.slice(start, end), this.#rules, this.#setting)
    this.#at = end
  }

  /** Where the relative addresses lead to: the first `<base>` with an address holds. */
  #noteBase(tag: HtmlTag, start: number): void {
    const href = valueOf(tag, 'href', this.#text, start)
    if (href === undefined || this.#hasBase) return
    this.#hasBase = true
    this.#setting.isBaseOurs = isSafeFormOurs(href, this.#rules, this.#setting)
  }

  #addFields(tag: HtmlTag, start: number): void {
    const action = valueOf(tag, 'action', this.#text, start) ?? ''
    if (isSafeFormOurs(action, this.#rules, this.#setting)) this.#result += this.#rules.fields
  }

  #skip(opaque: Opaque, beginning: number): boolean {
    this.#opaque = opaque
    return this.#pass(this.#at + beginning)
  }

  #inOpaque({ end, isTag, tail }: Opaque): boolean {
    end.lastIndex = this.#at
    const found = end.exec(this.#text)
    if (found === null) {
      this.#pass(Math.max(this.#at, this.#text.length - tail))
      return false
    }
    this.#opaque = undefined
    return this.#pass(found.index + (isTag ? 0 : found[0].length))
  }

  #pass(end: number): true {
    this.#result += this.#text.slice(this.#at, end)
    this.#at = end
    return true
  }

  #take(): string {
    const taken = this.#result
    this.#result = ''
    return taken
  }
}

function valueOf(tag: HtmlTag, name: string, text: string, start: number): string | undefined {
  const found = tag.attributes.find((attribute) => attribute.name === name)
  return found === undefined ? undefined : text.slice(start + found.start, start + found.end)
}
