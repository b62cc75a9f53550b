import type { Diagnostics } from './diagnostics.ts'
import type { ConfigLine } from './lines.ts'
import type { Place } from './source.ts'
import { type Word, wordAt } from './words.ts'

/** A section that was left out because its condition did not hold. */
export interface SkippedSection {
  /** `IfModule`, `IfDefine`, …. */
  readonly name: string
  /** As written: `!mod_ssl.c`. */
  readonly argument: string
  readonly place: Place
}

/** The body of a section that is left out: nothing in it is looked at, but its sections must be balanced. */
export class SkippedBody {
  readonly unclosed: { readonly name: string; readonly place: Place }[]

  constructor(name: string, place: Place) {
    this.unclosed = [{ name, place }]
  }

  /** Takes one line. @returns True when it closed the body. */
  takes(line: ConfigLine, diagnostics: Diagnostics): boolean {
    const word = line.text[line.start] === '<' ? wordAt(line.text, 0) : undefined
    if (word === undefined) return false
    if (!word.text.startsWith('</')) {
      this.unclosed.push({ name: word.text.slice(1).replace(/>$/, ''), place: line.place(word.start) })
      return false
    }
    this.#close(word, line, diagnostics)
    return this.unclosed.length === 0
  }

  #close(word: Word, line: ConfigLine, diagnostics: Diagnostics): void {
    const closing = word.text.slice(2).replace(/>$/, '').toLowerCase()
    const top = this.unclosed.pop()
    if (top === undefined || top.name.toLowerCase() === closing) return
    diagnostics.add('error', line.place(word.start), {
      code: 'unmatched-close',
      message: `Expected </${top.name}> but saw ${word.text}`,
      expected: `</${top.name}>, for the section opened in line ${top.place.line}`,
      found: word.text,
      fix: `write </${top.name}> here`,
    })
  }
}
