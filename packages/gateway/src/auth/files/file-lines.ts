import { configLines } from '../../config/lines.ts'
import type { Place } from '../../config/source.ts'
import { Source } from '../../config/source.ts'

/** A line of a file of users or groups. */
export interface FileLine {
  readonly text: string
  readonly place: Place
}

/**
 * The lines of such a file that say something: trimmed, continuations joined (a backslash at the end), without blank lines and
 * comments. Apache reads them with the reader of its configuration.
 */
export function* fileLines(text: string, path: string): Generator<FileLine> {
  for (const line of configLines(new Source(path, text))) {
    const { start } = line
    if (start < line.text.length && line.text[start] !== '#')
      yield { text: line.text.slice(start), place: line.place(start) }
  }
}
