/** A part of a line of an access log that is not there before the request is. */
export interface LogField {
  /** What it is: `h` the address of the visitor, `s` the status, and so on. */
  readonly letter: string
  /** `%{Referer}i` has `Referer`. */
  readonly argument: string | undefined
  /** The statuses for which it is written; others write `-`. */
  readonly statuses: { readonly listed: ReadonlySet<number>; readonly negated: boolean } | undefined
}

/** Fixed text, or a field. */
export type LogPart = string | LogField

/** Letters that stand alone, and those that need or may have an argument. */
const alone = 'aAbBDfhHIklLmOpPqrRsStTuUvVX'
const argued = 'aCehinopPtT'

const nicknames: Readonly<Record<string, string>> = {
  CLF: '%h %l %u %t "%r" %>s %b',
  common: '%h %l %u %t "%r" %>s %b',
  combined: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  vhost_combined: '%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
}

/** Formats that need no LogFormat. */
export const knownLogFormats: ReadonlyMap<string, string> = new Map(Object.entries(nicknames))

/** Reads a format. @returns What is wrong with it, in the words of the real server, when it cannot be read. */
export function logFormat(text: string): readonly LogPart[] | string {
  const parts: LogPart[] = []
  const pattern = /%(?:(!?)(\d{3}(?:,\d{3})*))?[<>]?(?:\{([^}]*)\})?(\^?[A-Za-z%])|%/g
  let from = 0
  for (const match of text.matchAll(pattern)) {
    const [whole, negated, statuses, argument, letter] = match
    const problem = problemOf(whole, letter, argument)
    if (problem !== undefined) return problem
    push(parts, plain(text.slice(from, match.index)))
    if (letter === '%') push(parts, '%')
    else parts.push({ letter: letter ?? '', argument, statuses: statusesOf(statuses, negated) })
    from = match.index + whole.length
  }
  push(parts, plain(text.slice(from)))
  return parts
}

function problemOf(whole: string, letter: string | undefined, argument: string | undefined): string | undefined {
  const known = argument === undefined ? `${alone}%` : argued
  return letter !== undefined && known.includes(letter) ? undefined : `Unrecognized LogFormat directive ${whole}`
}

function push(parts: LogPart[], text: string): void {
  const last = parts.at(-1)
  if (typeof last === 'string') parts.splice(-1, 1, last + text)
  else if (text !== '') parts.push(text)
}

function statusesOf(list: string | undefined, negated: string | undefined): LogField['statuses'] {
  return list === undefined ? undefined : { listed: new Set(list.split(',').map(Number)), negated: negated === '!' }
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', r: '\r' }

function plain(text: string): string {
  return text.replaceAll(/\\([\\tnr])/g, (_, letter: string) => escapes[letter] ?? letter)
}
