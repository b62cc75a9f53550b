import type { Problem } from './diagnostics.ts'
import type { ConfigLine } from './lines.ts'
import type { Place } from './source.ts'
import type { Word } from './words.ts'

/** An opening tag: `<Location "/app">`. */
export interface Opening {
  /** Without the `<`. */
  readonly name: string
  /** What stands between the name and the last `>`, without the blanks around it; what follows the `>` is ignored. */
  readonly argument: string
  readonly place: Place
  /** The offset behind the name. */
  readonly rest: number
  /** The offset of the last `>`, or of the end of the line when there is none. */
  readonly end: number
  readonly closed: boolean
}

/** Takes an opening tag apart. `word` is its first word, which begins with `<`. */
export function opening(line: ConfigLine, word: Word): Opening {
  const last = line.text.lastIndexOf('>')
  const closed = last > word.start
  const end = closed ? last : line.text.length
  const bare = word.text.endsWith('>')
  const rest = bare ? Math.min(word.end, end) : word.end
  return {
    name: word.text.slice(1, bare ? -1 : undefined),
    argument: line.text.slice(rest, Math.max(rest, end)).trim(),
    place: line.place(word.start),
    rest,
    end: Math.max(rest, end),
    closed,
  }
}

/** The name in a closing tag, `</Location>`; undefined when the `>` is missing: no blank may stand before it. */
export function closedName({ text }: Word): string | undefined {
  return text.endsWith('>') ? text.slice(2, -1) : undefined
}

export function missingBracket(name: string): Problem {
  return {
    code: 'malformed-section',
    message: `<${name}> directive missing closing '>'`,
    expected: `<${name} …> on one line`,
    fix: "write the '>'",
  }
}

export function missingArgument(name: string): Problem {
  return {
    code: 'malformed-section',
    message: `<${name}> directive requires additional arguments`,
    expected: `<${name} …>`,
    found: `<${name}>`,
  }
}
