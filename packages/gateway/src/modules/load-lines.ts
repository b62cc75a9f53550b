import { configLines } from '../config/lines.ts'
import type { Place, Source } from '../config/source.ts'

/** A `LoadModule` of a configuration file, perhaps in a comment. */
export interface LoadLine {
  /** `session_module`. */
  readonly id: string
  /** `modules/mod_session.so`. */
  readonly path: string
  /** True: it stands behind a `#`, and loads nothing. */
  readonly isComment: boolean
  /** True: no section is open around it. */
  readonly isOutside: boolean
  /** Where the line begins. */
  readonly place: Place
}

const form = /^\s*(?<comment>#[\s#]*)?LoadModule\s+(?<id>\w+)\s+"?(?<path>[^\s"]+)"?\s*$/i

/** All of them in one file, whether or not a condition leaves them out. */
export function loadLines(source: Source): LoadLine[] {
  let depth = 0
  return [...configLines(source)].flatMap((line): LoadLine[] => {
    if (/^\s*<\//.test(line.text)) depth -= 1
    else if (/^\s*</.test(line.text)) depth += 1
    const { comment, id, path } = form.exec(line.text)?.groups ?? {}
    if (id === undefined || path === undefined) return []
    return [{ id, path, isComment: comment !== undefined, isOutside: depth === 0, place: line.place(0) }]
  })
}
