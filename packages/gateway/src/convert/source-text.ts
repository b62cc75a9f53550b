/**
 * Enough of JavaScript to find an object literal and its members in a program that is not run. Expressions stay text; only what is
 * plainly a number, a text or a truth value is understood.
 *
 * @module
 */

/** A member of an object literal. */
export interface Member {
  readonly key: string
  /** The expression, as it stands there. */
  readonly text: string
  /** Where it stands in the program. */
  readonly at: number
}

/** A text as a literal of TypeScript. */
export function quoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`)
    .replaceAll('\n', String.raw`\n`)}'`
}

/** The members of the object literal that begins at or behind a place. @returns Undefined when something else stands there. */
export function membersAt(program: string, from: number): Member[] | undefined {
  const start = skipBlank(program, from)
  if (program[start] !== '{') return undefined
  const members: Member[] = []
  for (let at = skipBlank(program, start + 1); at < program.length && program[at] !== '}';) {
    const end = endOfExpression(program, at)
    const member = memberOf(program.slice(at, end), at)
    if (member !== undefined) members.push(member)
    at = skipBlank(program, program[end] === ',' ? end + 1 : end)
  }
  return members
}

/** What an expression plainly is: a number (also as a product), a text, a truth value. */
export function plainValue(text: string): string | number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true'
  const [, , inner] = /^(['"`])((?:(?!\1)[^\\$])*)\1$/.exec(text) ?? []
  if (inner !== undefined) return inner
  if (!/^[\d_.\s*]+$/.test(text)) return undefined
  const product = text
    .split('*')
    .reduce((result, factor) => result * Number(factor.replaceAll('_', '').trim() || Number.NaN), 1)
  return Number.isNaN(product) ? undefined : product
}

function memberOf(text: string, at: number): Member | undefined {
  const [head, key, , other] = /^(?:(['"])([^'"]+)\1|([\w$]+))\s*:\s*/.exec(text) ?? []
  if (head !== undefined) {
    const name = /^['"]/.test(text)
      ? text.slice(1, text.indexOf(text[0] ?? '', 1))
      : (other ?? key ?? text.split(':')[0]?.trim())
    return { key: name ?? '', text: text.slice(head.length).trim(), at: at + head.length }
  }
  const shorthand = /^[\w$]+$/.exec(text.trim())?.[0]
  return shorthand === undefined ? undefined : { key: shorthand, text: shorthand, at }
}

/** The place behind an expression: a comma, or a closing bracket that is not its own. */
function endOfExpression(program: string, from: number): number {
  let depth = 0
  for (let at = from; at < program.length; at = skipBlank(program, at + 1)) {
    const char = program[at] ?? ''
    if ('([{'.includes(char)) depth += 1
    else if (')]}'.includes(char)) {
      if (depth === 0) return at
      depth -= 1
    } else if (char === ',' && depth === 0) return at
    else if ('\'"`'.includes(char)) at = endOfText(program, at)
  }
  return program.length
}

function endOfText(program: string, from: number): number {
  for (let at = from + 1; at < program.length; at += 1) {
    if (program[at] === '\\') at += 1
    else if (program[at] === program[from]) return at
  }
  return program.length
}

/** The next place that is neither white space nor within a comment. */
function skipBlank(program: string, from: number): number {
  const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
  blank.lastIndex = from
  blank.exec(program)
  return Math.max(from, blank.lastIndex)
}
