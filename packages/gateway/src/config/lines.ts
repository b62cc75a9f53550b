import { isBlank } from './words.ts'
import type { Place, Source } from './source.ts'

/** A stretch of a logical line and where it stands in the file. */
export interface Piece {
  /** The offset in the logical line at which the stretch begins. */
  readonly at: number
  readonly line: number
  readonly column: number
  /** True for the value of a variable: every character of it is reported at the place of its `${`. */
  readonly fixed: boolean
}

/** One logical line: continuations joined, variables perhaps replaced, every character still traceable to its place. */
export class ConfigLine {
  readonly source: Source
  readonly text: string
  readonly pieces: readonly Piece[]

  constructor(source: Source, text: string, pieces: readonly Piece[]) {
    this.source = source
    this.text = text
    this.pieces = pieces
  }

  /** The offset of the first character that is no blank; the length of the text when there is none. */
  get start(): number {
    const start = this.text.search(/[^ \t\n\v\f\r]/)
    return start === -1 ? this.text.length : start
  }

  /** Where the character at this offset stands in the file. */
  place(offset: number): Place {
    const piece = this.pieceAt(offset)
    const column = piece.fixed ? piece.column : piece.column + offset - piece.at
    return { file: this.source.file, line: piece.line, column }
  }

  /** The stretch that holds the character at this offset. */
  pieceAt(offset: number): Piece {
    let [low, high] = [0, this.pieces.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.pieces[middle]?.at ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return this.pieces[low] ?? { at: 0, line: 1, column: 1, fixed: false }
  }
}

/**
 * The logical lines of a file. A backslash immediately before the line end joins the next line, blanks and all, and does so
 * before anybody looks for comments; at the end of the file it is an ordinary character. CRLF counts as a line end.
 */
export function* configLines(source: Source): Generator<ConfigLine> {
  const { text } = source
  let [at, line] = [0, 1]
  while (at < text.length) {
    const parts: string[] = []
    const pieces: Piece[] = []
    for (let [length, joined] = [0, true]; joined && at < text.length; line += 1) {
      const physical = physicalLine(text, at)
      pieces.push({ at: length, line, column: 1, fixed: false })
      parts.push(physical.content)
      length += physical.content.length
      joined = physical.continues
      at = physical.next
    }
    yield new ConfigLine(source, withoutTrailingBlanks(parts.join('')), pieces)
  }
}

/** By hand: the pattern `\s+$` takes quadratic time for blanks in the middle. */
function withoutTrailingBlanks(text: string): string {
  let end = text.length
  while (end > 0 && isBlank(text[end - 1])) end -= 1
  return text.slice(0, end)
}

function physicalLine(text: string, at: number): { content: string; continues: boolean; next: number } {
  const end = text.indexOf('\n', at)
  if (end === -1) return { content: text.slice(at), continues: false, next: text.length }
  const stop = end > at && text[end - 1] === '\r' ? end - 1 : end
  const continues = stop > at && text[stop - 1] === '\\'
  return { content: text.slice(at, continues ? stop - 1 : stop), continues, next: end + 1 }
}
