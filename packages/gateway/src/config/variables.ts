import type { Diagnostics } from './diagnostics.ts'
import { ConfigLine, type Piece } from './lines.ts'

/** How many characters variables may add to a configuration, all lines together. A doubling `Define` ends here. */
const budget = 4 * 1024 * 1024

/** The variables of a configuration: `Define`d ones first, then the environment. */
export class Variables {
  readonly #environment: Readonly<Record<string, string | undefined>>
  /** The names that `<IfDefine>` knows; it respects their case. */
  readonly #names = new Set<string>()
  /** The values by name in lower case: `${}` does not respect the case. */
  readonly #values = new Map<string, string>()
  #added = 0

  constructor(environment: Readonly<Record<string, string | undefined>>, defines: Iterable<string> = []) {
    this.#environment = environment
    for (const name of defines) this.#names.add(name)
  }

  define(name: string, value: string | undefined): void {
    this.#names.add(name)
    if (value !== undefined) this.#values.set(name.toLowerCase(), value)
  }

  undefine(name: string): void {
    this.#names.delete(name)
    this.#values.delete(name.toLowerCase())
  }

  isDefined(name: string): boolean {
    return this.#names.has(name)
  }

  /** The line with every known `${NAME}` replaced; values are not looked into again. Unknown ones stay, with a warning. */
  expand(line: ConfigLine, diagnostics: Diagnostics): ConfigLine {
    if (!line.text.includes('${')) return line
    const result = new Expansion(line)
    for (const { start, end, name } of references(line.text)) {
      const value = this.#values.get(name.toLowerCase()) ?? this.#environment[name]
      if (value === undefined) {
        if (!name.includes(':')) warn(line, start, name, diagnostics)
        continue
      }
      this.#added += value.length
      if (this.#added > budget) {
        tooMuch(line, start, diagnostics)
        break
      }
      result.replace(start, end, value)
    }
    return result.finish()
  }
}

/** `${NAME}` from left to right; without a closing brace there is none. */
function* references(text: string): Generator<{ start: number; end: number; name: string }> {
  let start = text.indexOf('${')
  while (start !== -1) {
    const close = text.indexOf('}', start + 2)
    if (close === -1) return
    yield { start, end: close + 1, name: text.slice(start + 2, close) }
    start = text.indexOf('${', close)
  }
}

/** Builds the new line and keeps its map to the file. */
class Expansion {
  readonly #line: ConfigLine
  readonly #parts: string[] = []
  readonly #pieces: Piece[] = []
  #length = 0
  #copied = 0
  /** The next piece of the old line that has not been copied. */
  #next = 0

  constructor(line: ConfigLine) {
    this.#line = line
  }

  replace(start: number, end: number, value: string): void {
    this.#copy(start)
    const { line, column } = this.#line.place(start)
    if (value !== '') this.#push(value, { at: this.#length, line, column, fixed: true })
    this.#copied = end
  }

  finish(): ConfigLine {
    this.#copy(this.#line.text.length)
    return new ConfigLine(this.#line.source, this.#parts.join(''), this.#pieces)
  }

  #copy(end: number): void {
    const { pieces, text } = this.#line
    while (this.#copied < end || this.#pieces.length === 0) {
      while ((pieces[this.#next + 1]?.at ?? Infinity) <= this.#copied) this.#next += 1
      const stop = Math.min(end, pieces[this.#next + 1]?.at ?? end)
      const { line, column } = this.#line.place(this.#copied)
      this.#push(text.slice(this.#copied, stop), { at: this.#length, line, column, fixed: false })
      this.#copied = stop
    }
  }

  #push(text: string, piece: Piece): void {
    this.#parts.push(text)
    this.#pieces.push(piece)
    this.#length += text.length
  }
}

function warn(line: ConfigLine, offset: number, name: string, diagnostics: Diagnostics): void {
  diagnostics.add('warning', line.place(offset), {
    code: 'undefined-variable',
    message: `Config variable \${${name}} is not defined`,
    found: `\${${name}}, which stays as it is`,
    fix: `write "Define ${name} value" above this line, or set ${name} in the environment`,
  })
}

function tooMuch(line: ConfigLine, offset: number, diagnostics: Diagnostics): void {
  diagnostics.add('error', line.place(offset), {
    code: 'too-large',
    message: 'The values of variables make the configuration too large',
    expected: `at most ${budget} characters from variables`,
    fix: 'look for a Define that uses its own value',
  })
}
