import { invalidCommand } from './advice.ts'
import { conditionOf, type Surroundings } from './conditions.ts'
import type { Diagnostics, Problem } from './diagnostics.ts'
import { type ConfigLine, configLines } from './lines.ts'
import { closedName, missingArgument, missingBracket, opening, type Opening } from './section-tags.ts'
import type { ReadingDirectives } from './reading.ts'
import { SkippedBody, type SkippedSection } from './skipped.ts'
import type { Place, Source } from './source.ts'
import type { ConfigNode } from './tree.ts'
import type { Variables } from './variables.ts'
import { type Word, wordAt, wordsFrom } from './words.ts'

/** What the files of one configuration share while they are read. */
export interface SharedReading {
  readonly diagnostics: Diagnostics
  readonly skipped: SkippedSection[]
  readonly variables: Variables
  readonly around: Surroundings
  readonly reading: ReadingDirectives
  /** Reads another file into a list of nodes. @returns What kept it from being read. */
  include(file: string, into: ConfigNode[]): Problem | undefined
}

/** How deep sections may be nested. */
const deepestSection = 64

/** A section that is open, or a condition that holds and whose content belongs to what surrounds it. */
interface Open {
  readonly name: string
  readonly place: Place
  readonly into: ConfigNode[]
  readonly condition: boolean
}

/** Reads the lines of one file. Sections must be closed in the file in which they are opened. */
export class FileReader {
  readonly #shared: SharedReading
  readonly #source: Source
  readonly #into: ConfigNode[]
  readonly #open: Open[] = []
  #skipped: SkippedBody | undefined

  constructor(shared: SharedReading, source: Source, into: ConfigNode[]) {
    this.#shared = shared
    this.#source = source
    this.#into = into
  }

  read(): void {
    for (const line of configLines(this.#source)) {
      const { start } = line
      if (start === line.text.length || line.text[start] === '#') continue
      this.#checkText(line, start)
      if (this.#skipped === undefined) this.#line(line)
      else if (this.#skipped.takes(line, this.#shared.diagnostics)) this.#skipped = undefined
    }
    const unclosed = [...this.#open, ...(this.#skipped?.unclosed ?? [])]
    for (const { name, place } of unclosed.toReversed()) this.#error(place, notClosed(name, place))
  }

  get #target(): ConfigNode[] {
    return this.#open.at(-1)?.into ?? this.#into
  }

  #error(place: Place, problem: Problem): void {
    this.#shared.diagnostics.add('error', place, problem)
  }

  #checkText(line: ConfigLine, start: number): void {
    const bad = line.text.search(/[\0\ufeff]/)
    if (bad === -1) return
    const mark = bad === start && line.text[bad] === '\ufeff'
    this.#error(line.place(bad), mark ? byteOrderMark(line.text) : noText)
  }

  #line(written: ConfigLine): void {
    const line = this.#shared.variables.expand(written, this.#shared.diagnostics)
    const name = wordAt(line.text, 0)
    if (name === undefined || name.text === '') return
    if (name.text.startsWith('</')) this.#close(line, name)
    else if (name.text.startsWith('<')) this.#section(line, name)
    else this.#directive(line, name)
  }

  #directive(line: ConfigLine, name: Word): void {
    const { reading } = this.#shared
    const lower = name.text.toLowerCase()
    const optional = lower === 'includeoptional'
    if (optional || lower === 'include') {
      this.#include(line, name, optional)
      return
    }
    // The real server takes a `>` off the end of any first word.
    const bare = name.text.length > 1 && name.text.endsWith('>') ? name.text.slice(0, -1) : name.text
    const node = { kind: 'directive', name: bare, line, place: line.place(name.start), rest: name.end } as const
    reading.take(node)
    this.#target.push(node)
  }

  #include(line: ConfigLine, name: Word, optional: boolean): void {
    const words = wordsFrom(line.text, name.end)
    const place = line.place((words[0] ?? name).start)
    const found = this.#shared.reading.included(name.text, words, optional)
    if ('code' in found) {
      this.#error(place, found)
      return
    }
    for (const file of found.files) {
      const failure = this.#shared.include(file, this.#target)
      if (failure !== undefined) this.#error(place, failure)
    }
  }

  #section(line: ConfigLine, word: Word): void {
    const tag = opening(line, word)
    if (!tag.closed) this.#error(tag.place, missingBracket(tag.name))
    const condition = conditionOf(tag.name)
    if (this.#open.length >= deepestSection) {
      this.#error(tag.place, tooDeep)
      this.#skipped = new SkippedBody(tag.name, tag.place)
    } else if (condition !== undefined) this.#condition(tag, condition)
    else {
      const children: ConfigNode[] = []
      const { name, place, rest, end } = tag
      this.#target.push({ kind: 'section', name, line, place, rest, end, children })
      this.#open.push({ name, place, into: children, condition: false })
    }
  }

  #condition({ name, place, argument }: Opening, condition: NonNullable<ReturnType<typeof conditionOf>>): void {
    if (argument === '') this.#error(place, missingArgument(name))
    const verdict = argument !== '' && condition(argument, this.#shared.around)
    if (typeof verdict === 'object')
      this.#error(place, { code: 'bad-value', message: `<${name}>: ${verdict.problem}`, found: argument })
    if (verdict === true) this.#open.push({ name, place, into: this.#target, condition: true })
    else {
      this.#shared.skipped.push({ name, argument, place })
      this.#skipped = new SkippedBody(name, place)
    }
  }

  #close(line: ConfigLine, word: Word): void {
    const place = line.place(word.start)
    const name = closedName(word)
    if (name === undefined) this.#error(place, missingBracket(word.text.slice(1)))
    const closing = (name ?? word.text.slice(2)).toLowerCase()
    const index = this.#open.findLastIndex((open) => open.name.toLowerCase() === closing)
    const top = this.#open.at(-1)
    if (top !== undefined && index !== this.#open.length - 1) this.#error(place, crossed(top, word.text))
    else if (top === undefined) this.#error(place, unmatched(name ?? closing))
    if (index !== -1) this.#open.splice(index)
  }
}

const tooDeep: Problem = {
  code: 'too-large',
  message: 'Sections are nested too deep',
  expected: `at most ${deepestSection} levels`,
}

const noText: Problem = {
  code: 'bad-text',
  message: 'The line holds a character that no configuration can hold',
  found: 'a NUL or a byte order mark',
  fix: 'remove the character; save the file as UTF-8 without a byte order mark',
}

function byteOrderMark(text: string): Problem {
  const command = (wordAt(text, 0)?.text ?? '').replaceAll('\ufeff', String.raw`\xef\xbb\xbf`)
  return {
    code: 'bad-text',
    message: invalidCommand(command),
    found: 'a byte order mark at the beginning of the file',
    fix: 'save the file as UTF-8 without a byte order mark',
  }
}

function notClosed(name: string, { file, line }: Place): Problem {
  return {
    code: 'unclosed-section',
    message: `${file}:${line}: <${name}> was not closed.`,
    expected: `</${name}> in the same file`,
    fix: `add </${name}> where the section should end`,
  }
}

function crossed(top: Open, found: string): Problem {
  const expected = `</${top.name}>`
  return {
    code: 'unmatched-close',
    message: `Expected ${expected} but saw ${found}`,
    expected: `${expected}, for the section opened in line ${top.place.line}`,
    found,
    fix: `write ${expected} here`,
  }
}

function unmatched(name: string): Problem {
  return {
    code: 'unmatched-close',
    message: `</${name}> without matching <${name}> section`,
    found: `</${name}>`,
    fix: `remove the line, or open the section with <${name} …> above it`,
  }
}
