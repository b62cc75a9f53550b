import type { ConditionNode, TextNode } from './expression/ast.ts'
import { parseCondition, parseText } from './expression/parser.ts'
import type { Reader, Use } from './directive.ts'
import { compileRegex } from './regex.ts'
import type { Word } from './words.ts'

/** The first argument as it is. */
export const text: Reader<string> = ({ words }) => words[0]?.text ?? ''

/** All arguments as they are. */
export const texts: Reader<readonly string[]> = ({ words }) => words.map((word) => word.text)

/** `On` is true, `Off` is false. The real server ignores what follows; here it is mentioned. */
export const flag: Reader<boolean> = (use) => {
  const [first, second] = use.words
  if (second !== undefined)
    use.warn(
      {
        code: 'odd-value',
        message: `What follows ${first?.text ?? ''} is ignored`,
        found: second.text,
        fix: second.text.startsWith('#') ? 'put the comment on a line of its own' : 'remove it',
      },
      second,
    )
  return first?.text.toLowerCase() === 'on'
}

interface Range {
  readonly least?: number
  readonly most?: number
  /** What it counts: `seconds`. */
  readonly unit: string
}

/** A whole number in decimal digits. The real server reads `30abc` as 30 and `abc` as 0; here both are errors. */
export function wholeNumber({ least = 0, most = 2 ** 31 - 1, unit }: Range): Reader<number> {
  return (use) => {
    const [word] = use.words
    const value = word?.text ?? ''
    const number = Number(value)
    if (/^[-+]?\d+$/.test(value) && number >= least && number <= most) return number
    return use.fail(
      {
        code: 'bad-value',
        message: `"${value}" is not a number of ${unit}`,
        expected: `a whole number from ${least} to ${most}`,
        found: value,
      },
      word,
    )
  }
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds, or a number with `s`, `m`, `h` or `d`. @param message The whole message about anything else. */
export function duration(least: number, message: string): Reader<number> {
  return (use) => {
    const [word] = use.words
    const match = /^(\d{1,10})([smhd]?)$/i.exec(word?.text ?? '')
    const seconds = Number(match?.[1]) * (unitSeconds[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN)
    if (seconds >= least && seconds < 2 ** 31) return seconds
    const expected = `a whole number of seconds, at least ${least}, or one with s, m, h or d`
    return use.fail({ code: 'bad-value', message, expected, found: word?.text ?? '' }, word)
  }
}

/** One of some names, the case not respected unless `exact`; the value is the name as listed. */
export function oneOf<const Name extends string>(
  names: readonly Name[],
  options: { readonly exact?: boolean; readonly message?: string } = {},
): Reader<Name> {
  return (use) => {
    const [word] = use.words
    const given = word?.text ?? ''
    const fold = (name: string) => (options.exact === true ? name : name.toLowerCase())
    const found = names.find((name) => fold(name) === fold(given))
    if (found !== undefined) return found
    const expected = names.join(', ')
    return use.fail(
      {
        code: 'bad-value',
        message: options.message ?? `"${given}" is not one of ${expected}`,
        expected: `one of ${expected}`,
        found: given,
      },
      word,
    )
  }
}

/** A path; a relative one belongs to the server root. */
export const path: Reader<string> = (use) => use.absolute(use.words[0]?.text ?? '')

/** The name of a header field. */
export const headerName: Reader<string> = (use) => {
  const [word] = use.words
  const name = word?.text ?? ''
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return name
  return use.fail(
    {
      code: 'bad-value',
      message: `"${name}" cannot be the name of a header`,
      expected: 'letters, digits and -',
      found: name,
    },
    word,
  )
}

/** A text that may hold `%{VARIABLES}`. */
export const textExpression: Reader<TextNode> = (use) => {
  const [word] = use.words
  return word === undefined ? undefined : expressionIn(word, use)
}

/** The expression in one argument. */
export function expressionIn(word: Word, use: Use): TextNode | undefined {
  const parsed = parseText(word.text)
  if ('node' in parsed) return parsed.node
  return use.fail(
    { code: 'bad-expression', message: `Cannot parse expression '${word.text}': ${parsed.problem}`, found: word.text },
    word,
  )
}

/** The condition in one argument. */
export function conditionIn(word: Word, use: Use): ConditionNode | undefined {
  const parsed = parseCondition(word.text)
  if ('node' in parsed) return parsed.node
  const message = `Cannot parse expression: ${parsed.problem}`
  return use.fail(
    { code: 'bad-expression', message, expected: 'such as "%{REQUEST_METHOD} == \'POST\'"', found: word.text },
    word,
  )
}

/** The regular expression in one argument. */
export function regexIn(word: Word, use: Use, flags = ''): RegExp | undefined {
  const regex = compileRegex(word.text, flags)
  if (typeof regex !== 'string') return regex
  return use.fail(
    {
      code: 'bad-expression',
      message: 'Regex could not be compiled',
      expected: 'a regular expression',
      found: `${word.text}: ${regex}`,
    },
    word,
  )
}

/** A name and the rest of the line, as mod_session_cookie takes them. */
export interface NamedCookie {
  readonly name: string
  /** Verbatim: `path=/; HttpOnly; Secure`. */
  readonly attributes: string
}

/** `name attributes…`: the first word, quotes and all, and the rest of the line verbatim. */
export function cookie(forbidden: RegExp, message: string): Reader<NamedCookie> {
  return (use) => {
    const [, name = '', attributes = ''] = /^(\S*)\s*(.*)$/s.exec(use.raw) ?? []
    if (name === '' || forbidden.test(name))
      return use.fail({
        code: 'bad-value',
        message,
        expected: 'name attributes, such as sessionid path=/',
        found: name === '' ? 'nothing' : name,
      })
    // RFC 6265 4.1.1: a cookie-name is a token. A `;` ends it in every browser, so what the real server takes never comes back.
    if (/[^!#$%&'*+.^_`|~0-9A-Za-z-]/.test(name))
      use.warn({
        code: 'odd-value',
        message: `Browsers do not return a cookie named ${name} as it was sent`,
        found: name,
        fix: 'use letters, digits, - and _, without quotes',
      })
    if (/(?:^|\s)#/.test(attributes))
      use.warn({
        code: 'odd-value',
        message: 'What looks like a comment becomes part of the cookie',
        found: attributes,
        fix: 'put the comment on a line of its own',
      })
    return { name, attributes: attributes.trimEnd() }
  }
}
