/** POSIX classes, which stand inside of brackets. */
const posixClasses: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

/** What PCRE spells differently; the second column is what a JavaScript expression calls it. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/\(\?P</y, '(?<'],
  [/\\A/y, '^'],
  [/\\[zZ]/y, '$'],
  [/\\h/y, '[ \\t]'],
  [/\\R/y, '(?:\\r\\n|[\\n\\v\\f\\r])'],
]

/**
 * Compiles a regular expression of a configuration, which is written for PCRE.
 *
 * @param flags Any of `i`, `s` and `m`.
 * @returns The expression, or why there is none: constructs of PCRE that JavaScript has not (atomic groups, possessive
 * quantifiers, recursion, conditions) are refused rather than read as something else.
 */
export function compileRegex(pattern: string, flags = ''): RegExp | string {
  const inline = /^\(\?([ims]+)\)/.exec(pattern)
  const body = pattern.slice(inline?.[0].length ?? 0)
  const foreign = /\(\?(?:>|\||[R&]|\d|P[>=]|\()|(?<!\\)(?:[*+?]|\})\+|\\[KGQE]|\(\*[A-Z]/.exec(body)
  if (foreign !== null && !insideClass(body, foreign.index)) return `"${foreign[0]}" is not supported`
  try {
    return new RegExp(translate(body), [...new Set(`${flags}${inline?.[1] ?? ''}`)].join(''))
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : 'not an expression'
  }
}

function insideClass(pattern: string, at: number): boolean {
  let inside = false
  for (let index = 0; index < at; index += 1) {
    if (pattern[index] === '\\') index += 1
    else if (pattern[index] === '[') inside = true
    else if (pattern[index] === ']') inside = false
  }
  return inside
}

function translate(pattern: string): string {
  let result = ''
  let inClass = false
  for (let at = 0; at < pattern.length;) {
    const [from, to] = inClass ? classToken(pattern, at) : token(pattern, at)
    if (from === '[') inClass = true
    else if (from === ']') inClass = false
    result += to
    at += from.length
  }
  return result
}

function token(pattern: string, at: number): readonly [string, string] {
  for (const [spelling, replacement] of spellings) {
    spelling.lastIndex = at
    const found = spelling.exec(pattern)
    if (found !== null) return [found[0], replacement]
  }
  return plainToken(pattern, at)
}

function classToken(pattern: string, at: number): readonly [string, string] {
  const name = pattern[at] === '[' ? /^\[:(\^?)([a-z]{1,8}):\]/.exec(pattern.slice(at, at + 13)) : null
  const members = name === null ? undefined : posixClasses[name[2] ?? '']
  if (name !== null && members !== undefined && name[1] === '') return [name[0], members]
  if (pattern[at] === '[') return ['[', '\\[']
  return plainToken(pattern, at)
}

function plainToken(pattern: string, at: number): readonly [string, string] {
  const text = pattern.slice(at, pattern[at] === '\\' ? at + 2 : at + 1)
  return [text, text]
}
