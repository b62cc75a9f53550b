/** A mistake in an expression. */
export class ExpressionError extends Error {
  /** The offset in the expression. */
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** A part of a quoted string. */
export type StringPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly argument: readonly StringPart[] | undefined }
  | { readonly kind: 'capture'; readonly index: number }

/** A token of an expression. */
export type Token = { readonly at: number } & (
  | { readonly kind: 'symbol' | 'name' | 'digits' | 'operator'; readonly text: string }
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string }
  | { readonly kind: 'string'; readonly parts: readonly StringPart[] }
)

/** How deep `%{func:%{func:…}}` may go. */
const deepest = 32
const symbols = ['&&', '||', '==', '!=', '=~', '!~', '<=', '>=', '=', '<', '>', '!', '(', ')', '{', '}', ',', '.']
/** What may stand around a regular expression behind its `m`. */
const separators = '/#$%^|?!\'",;:._-'
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** The tokens of an expression. Throws {@link ExpressionError}. */
export function* expressionTokens(text: string): Generator<Token> {
  let at = 0
  while (at < text.length) {
    if (/[ \t\n]/.test(text[at] ?? '')) {
      at += 1
      continue
    }
    const [token, next] = tokenAt(text, at)
    yield token
    at = next
  }
}

/** The parts of a string expression, such as a `Location` of a redirect. Throws {@link ExpressionError}. */
export function stringParts(text: string): readonly StringPart[] {
  return partsUntil(text, 0, { stop: undefined, depth: 0 })[0]
}

function tokenAt(text: string, at: number): [Token, number] {
  const character = text[at] ?? ''
  if (character === '"' || character === "'") {
    const [parts, next] = partsUntil(text, at + 1, { stop: character, depth: 0 })
    return [{ kind: 'string', parts, at }, next]
  }
  if (text.startsWith('%{', at)) {
    const [part, next] = variableAt(text, at, 0)
    return [{ kind: 'string', parts: [part], at }, next]
  }
  if (character === '$' && isDigit(text[at + 1]))
    return [{ kind: 'string', parts: [{ kind: 'capture', index: Number(text[at + 1]) }], at }, at + 2]
  if (character === '/') return regexAt(text, at, at)
  if (character === 'm' && separators.includes(text[at + 1] ?? '\n')) return regexAt(text, at, at + 1)
  return wordAt(text, at)
}

function wordAt(text: string, at: number): [Token, number] {
  const digits = stickyMatch(/-?\d+/y, text, at)
  if (digits !== undefined) return [{ kind: 'digits', text: digits, at }, at + digits.length]
  const operator = stickyMatch(/-[A-Za-z_]\w*/y, text, at)
  if (operator !== undefined) return [{ kind: 'operator', text: operator, at }, at + operator.length]
  const name = stickyMatch(/[A-Za-z]\w*/y, text, at)
  if (name !== undefined) return [{ kind: 'name', text: name, at }, at + name.length]
  const symbol = symbols.find((candidate) => text.startsWith(candidate, at))
  if (symbol === undefined) throw new ExpressionError(`Parse error near character '${text[at] ?? ''}'`, at)
  return [{ kind: 'symbol', text: symbol, at }, at + symbol.length]
}

function regexAt(text: string, at: number, open: number): [Token, number] {
  const close = text.indexOf(text[open] ?? '/', open + 1)
  if (close === -1) throw new ExpressionError('Unterminated regexp', at)
  const flags = stickyMatch(/[A-Za-z0-9]+/y, text, close + 1) ?? ''
  if (/[^ismg]/.test(flags)) throw new ExpressionError('Invalid regexp flag(s)', close + 1)
  return [{ kind: 'regex', pattern: text.slice(open + 1, close), flags, at }, close + 1 + flags.length]
}

interface Frame {
  readonly stop: string | undefined
  readonly depth: number
}

/** Reads parts up to a quote, a closing brace, or the end (no stop). @returns The parts and the offset behind the stop. */
function partsUntil(text: string, from: number, { stop, depth }: Frame): [StringPart[], number] {
  const parts: StringPart[] = []
  let literal = ''
  const flush = () => {
    if (literal !== '') parts.push({ kind: 'literal', text: literal })
    literal = ''
  }
  for (let at = from; at < text.length;) {
    const character = text[at] ?? ''
    if (character === stop) {
      flush()
      return [parts, at + 1]
    }
    if (text.startsWith('%{', at)) {
      flush()
      const [part, next] = variableAt(text, at, depth)
      parts.push(part)
      at = next
    } else if (character === '$' && isDigit(text[at + 1])) {
      flush()
      parts.push({ kind: 'capture', index: Number(text[at + 1]) })
      at += 2
    } else {
      const [value, next] = characterAt(text, at)
      literal += value
      at = next
    }
  }
  if (stop !== undefined)
    throw new ExpressionError(stop === '}' ? 'Unterminated variable' : 'Unterminated string', from)
  flush()
  return [parts, text.length]
}

function variableAt(text: string, at: number, depth: number): [StringPart, number] {
  const name = stickyMatch(/[A-Za-z]\w*/y, text, at + 2)
  if (name === undefined) throw new ExpressionError(`Unexpected variable character '${text[at + 2] ?? ''}'`, at + 2)
  const behind = at + 2 + name.length
  if (text[behind] === '}') return [{ kind: 'variable', name, argument: undefined }, behind + 1]
  if (text[behind] !== ':')
    throw new ExpressionError(
      text[behind] === undefined ? 'Unterminated variable' : `Unexpected variable character '${text[behind]}'`,
      behind,
    )
  if (depth >= deepest) throw new ExpressionError('Variables are nested too deep', at)
  const [argument, next] = partsUntil(text, behind + 1, { stop: '}', depth: depth + 1 })
  return [{ kind: 'variable', name, argument }, next]
}

function characterAt(text: string, at: number): [string, number] {
  if (text[at] !== '\\') return [text[at] ?? '', at + 1]
  const hex = stickyMatch(/x[0-9A-Fa-f]{1,2}/y, text, at + 1)
  if (hex !== undefined) return [String.fromCharCode(Number.parseInt(hex.slice(1), 16)), at + 1 + hex.length]
  const octal = stickyMatch(/[0-3]?[0-7]{1,2}/y, text, at + 1)
  if (octal !== undefined) return [String.fromCharCode(Number.parseInt(octal, 8)), at + 1 + octal.length]
  const next = text[at + 1]
  if (next === undefined) return ['\\', at + 1]
  if (next === '8' || next === '9') throw new ExpressionError('Bad character escape sequence', at)
  return [escapes[next] ?? next, at + 2]
}

function stickyMatch(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}
