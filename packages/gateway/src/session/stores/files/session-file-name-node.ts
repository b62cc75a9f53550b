import { basename, dirname, join, relative, sep } from 'node:path'
import { ProblemError } from '../../problems.ts'

const whole = '%{SESSIONID}'
const placeholder = /%\{SESSIONID(?::(\d+):(\d+))?\}/g

/** Every id has so many characters: the address of a session. */
const idLength = 64

/** The files of `SessionStoreFileName`: one for each session, below a directory that its placeholders do not reach. */
export class SessionFileName {
  /** The directory that has to be there: everything before the first placeholder. */
  readonly directory: string
  readonly #pattern: string
  readonly #form: RegExp

  /** @param pattern An absolute path with `%{SESSIONID}` once, and any number of `%{SESSIONID:start:length}`. */
  constructor(pattern: string) {
    refuseUnusable(pattern)
    const before = pattern.slice(0, pattern.search(placeholder))
    this.directory = before.endsWith(sep) ? dirname(`${before}x`) : dirname(before)
    this.#pattern = pattern
    this.#form = formOf(relative(this.directory, pattern))
  }

  /** How many levels of directories there are below {@link SessionFileName.directory}. */
  get depth(): number {
    return relative(this.directory, dirname(this.#pattern))
      .split(sep)
      .filter((part) => part !== '').length
  }

  /** The file of a session. */
  path(id: string): string {
    return this.#pattern.replaceAll(placeholder, (_, start = '0', length = String(idLength)) =>
      id.slice(Number(start), Number(start) + Number(length)),
    )
  }

  /** The id of the session that a file is of; undefined when it is of none. */
  idOf(path: string): string | undefined {
    const id = this.#form.exec(relative(this.directory, path))?.groups?.['id']
    return id !== undefined && this.path(id) === path ? id : undefined
  }
}

function formOf(pattern: string): RegExp {
  let source = ''
  let at = 0
  for (const match of pattern.matchAll(placeholder)) {
    source += literal(pattern.slice(at, match.index))
    source += match[0] === whole ? String.raw`(?<id>[0-9a-f]{${idLength}})` : `[0-9a-f]{${match[2]}}`
    at = match.index + match[0].length
  }
  return new RegExp(`^${source}${literal(pattern.slice(at))}$`)
}

function literal(text: string): string {
  return text.replaceAll(/[^\w/]/g, String.raw`\$&`)
}

function refuseUnusable(pattern: string): void {
  if (!basename(pattern).includes(whole)) {
    const message = `SessionStoreFileName must have ${whole} in the name of the file, not of a directory`
    const fix = `write for example ${join(dirname(pattern.split(whole)[0] ?? '/'), `${whole}.session`)}`
    throw new ProblemError({ code: 'bad-value', message, expected: whole, found: pattern, fix })
  }
  for (const [found, start, length] of pattern.matchAll(placeholder)) {
    if (start === undefined || Number(start) + Number(length) <= idLength) continue
    const message = `SessionStoreFileName asks for characters that an id does not have: ${found}`
    throw new ProblemError({ code: 'bad-value', message, expected: `at most ${idLength} characters`, found })
  }
}
