import { isClassicFormOurs, rewriteClassicUrl } from './classic-url.ts'
import type { RewriteRules, Scanner } from './contract.ts'

/** Where the scanner is: in text, behind `<`, within a tag, at the name of an attribute, behind it, and behind `=`. */
type State = 'text' | 'tag' | 'inside' | 'name' | 'equals' | 'value'

const tagName = /[A-Za-z:]*/y
const attributeName = /[A-Za-z-]*/y
const spaces = / */y
const unquoted = /[^ \r\t\n>'"]*/y
const quoted = { '"': /[^">]*/y, "'": /[^'>]*/y } as const
const whiteSpace = /[ \v\r\t\n]/
const letter = /[A-Za-z]/

/**
 * The scanner of PHP (`url_scanner_ex`). It knows tags, and nothing of comments, scripts or character references; whatever
 * stands in a tag that it does not expect ends its interest in the tag.
 */
export class ClassicScanner implements Scanner {
  readonly #rules: RewriteRules
  #state: State = 'text'
  #text = ''
  #at = 0
  #result = ''
  #tag = ''
  #attribute = ''
  /** The address of the last form, kept for the next one without an address, as PHP does. */
  #action = ''

  constructor(rules: RewriteRules) {
    this.#rules = rules
  }

  push(text: string): string {
    this.#text += text
    while (this.#step());
    this.#text = this.#text.slice(this.#at)
    this.#at = 0
    return this.#take()
  }

  end(): string {
    this.#pass(this.#text.length, this.#state)
    return this.#take()
  }

  /** @returns Whether there may be another step with what has come so far. */
  #step(): boolean {
    switch (this.#state) {
      case 'text':
        return this.#inText()
      case 'tag':
        return this.#inTag()
      case 'inside':
        return this.#insideTag()
      case 'name':
        return this.#inName()
      case 'equals':
        return this.#beforeValue()
      case 'value':
        return this.#inValue()
    }
  }

  #inText(): boolean {
    const found = this.#text.indexOf('<', this.#at)
    if (found !== -1) return this.#pass(found + 1, 'tag')
    this.#pass(this.#text.length, 'text')
    return false
  }

  #inTag(): boolean {
    const end = this.#run(tagName)
    if (end === undefined) return this.#wait()
    if (end === this.#at) return this.#pass(end + 1, 'text')
    this.#tag = this.#text.slice(this.#at, end).toLowerCase()
    return this.#pass(end, this.#rules.tags.has(this.#tag) ? 'inside' : 'text')
  }

  #insideTag(): boolean {
    const [first, second] = [this.#text[this.#at], this.#text[this.#at + 1]]
    // The scanner looks two characters ahead, also where the first one decides.
    if (first === undefined || second === undefined) return false
    if (first === '>' || (first === '/' && second === '>')) return this.#endTag(first === '>' ? 1 : 2)
    if (whiteSpace.test(first)) return this.#pass(this.#at + 1, 'inside')
    return letter.test(first) ? this.#pass(this.#at, 'name') : this.#pass(this.#at + 1, 'text')
  }

  #endTag(length: number): boolean {
    this.#pass(this.#at + length, 'text')
    if (this.#tag === 'form' && isClassicFormOurs(this.#action, this.#rules)) this.#result += this.#rules.fields
    return true
  }

  #inName(): boolean {
    const end = this.#run(attributeName)
    if (end === undefined) return this.#wait()
    this.#attribute = this.#text.slice(this.#at, end).toLowerCase()
    return this.#pass(end, 'equals')
  }

  /** A tab or a line feed before `=` is not expected. */
  #beforeValue(): boolean {
    const before = this.#run(spaces)
    if (before === undefined) return this.#wait()
    if (this.#text[before] !== '=') return this.#pass(this.#at, 'inside')
    const after = this.#run(spaces, before + 1)
    return after === undefined ? this.#wait() : this.#pass(after, 'value')
  }

  #inValue(): boolean {
    const quote = this.#text[this.#at]
    if (quote === undefined) return false
    const isQuoted = quote === '"' || quote === "'"
    const start = isQuoted ? this.#at + 1 : this.#at
    const end = this.#run(isQuoted ? quoted[quote] : unquoted, start)
    if (end === undefined) return this.#wait()
    const isValue = isQuoted ? this.#text[end] === quote : end > start
    if (!isValue) return this.#pass(this.#at + 1, 'inside')
    const value = this.#text.slice(start, end)
    // PHP takes the first letters of `action` for it too.
    if (this.#tag === 'form' && 'action'.startsWith(this.#attribute)) this.#action = value
    this.#pass(start, 'value')
    this.#result += this.#attribute === this.#rules.tags.get(this.#tag) ? rewriteClassicUrl(value, this.#rules) : value
    this.#at = end
    return this.#pass(isQuoted ? end + 1 : end, 'inside')
  }

  /**
   * Goes over characters of one kind.
   *
   * @returns Where another one comes; undefined where that has not come yet, or comes too late.
   */
  #run(kind: RegExp, from: number = this.#at): number | undefined {
    kind.lastIndex = from
    kind.test(this.#text)
    const end = kind.lastIndex
    if (end - this.#at > this.#rules.maxTag) this.#state = 'text'
    return end === this.#text.length || this.#state === 'text' ? undefined : end
  }

  /** @returns Whether the tag was given up, so that there is no need to wait. */
  #wait(): boolean {
    return this.#state === 'text'
  }

  /** What comes before a place is settled. */
  #pass(end: number, next: State): true {
    this.#result += this.#text.slice(this.#at, end)
    this.#at = end
    this.#state = next
    return true
  }

  #take(): string {
    const taken = this.#result
    this.#result = ''
    return taken
  }
}
