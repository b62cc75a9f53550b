import type { TextNode } from './expression/ast.ts'
import { parseText } from './expression/parser.ts'

/** A part of a value that is not there before the request is. */
export type HeaderField =
  /** `%{NAME}e`: a variable of the request. */
  | { readonly kind: 'environment'; readonly name: string }
  /** `%{NAME}s`: a fact about the TLS connection. */
  | { readonly kind: 'tls'; readonly name: string }
  /** `%t`: when the request came; `%D`: how long it has taken; `%l`: the load of the machine. */
  | { readonly kind: 'arrival' | 'duration' | 'load' }

/** The value that `Header` or `RequestHeader` gives: one text, fixed and moving parts, or an expression. */
export type HeaderValue =
  | { readonly kind: 'fixed'; readonly text: string }
  | { readonly kind: 'parts'; readonly parts: readonly (string | HeaderField)[] }
  | { readonly kind: 'expression'; readonly node: TextNode }

const short: Readonly<Record<string, HeaderField['kind']>> = { t: 'arrival', D: 'duration', l: 'load' }
const named: Readonly<Record<string, 'environment' | 'tls'>> = { e: 'environment', s: 'tls' }

/** Reads a value. @returns What is wrong with it, in the words of the real server, when it cannot be read. */
export function headerValue(text: string): HeaderValue | string {
  if (text.startsWith('expr=')) {
    const parsed = parseText(text.slice('expr='.length))
    return 'node' in parsed
      ? { kind: 'expression', node: parsed.node }
      : `Can't parse value expression: ${parsed.problem}`
  }
  const parts = formatParts(text)
  if (typeof parts === 'string') return parts
  const [only = ''] = parts
  return parts.length <= 1 && typeof only === 'string' ? { kind: 'fixed', text: only } : { kind: 'parts', parts }
}

function formatParts(text: string): (string | HeaderField)[] | string {
  const parts: (string | HeaderField)[] = []
  let literal = ''
  for (let at = 0; at < text.length;) {
    const [whole, tag, name] = fieldAt(text, at)
    const field = fieldOf(tag, name)
    if (tag === undefined || field === '%') literal += field ?? plain(whole)
    else if (field === undefined) return `Unrecognized header format ${whole}`
    else {
      if (literal !== '') parts.push(literal)
      literal = ''
      parts.push(field)
    }
    at += whole.length
  }
  return literal === '' ? parts : [...parts, literal]
}

/** The text up to the next `%`, or what begins with one: all of it, its letter, and the name in braces. */
function fieldAt(
  text: string,
  at: number,
): readonly [whole: string, tag: string | undefined, name: string | undefined] {
  if (text[at] !== '%') {
    const next = text.indexOf('%', at)
    return [text.slice(at, next === -1 ? text.length : next), undefined, undefined]
  }
  const close = text[at + 1] === '{' ? text.indexOf('}', at) : -1
  const letter = close === -1 ? at + 1 : close + 1
  const name = close === -1 ? undefined : text.slice(at + 2, close)
  return [text.slice(at, letter + 1), text[letter] ?? '', name]
}

function fieldOf(tag: string | undefined, name: string | undefined): HeaderField | '%' | undefined {
  if (tag === undefined) return undefined
  if (name !== undefined) {
    const kind = named[tag]
    return kind === undefined ? undefined : { kind, name }
  }
  if (tag === '%' || tag === '') return '%'
  const kind = short[tag]
  return kind === undefined ? undefined : ({ kind } as HeaderField)
}

/** `\\`, `\t`, `\r` and `\n` are escapes; a line end would end the header, and becomes a blank. */
function plain(text: string): string {
  return text.replaceAll(/\\([\\trn])|[\r\n]/g, (_, escape: string | undefined) => {
    if (escape === '\\') return '\\'
    return escape === 't' ? '\t' : ' '
  })
}
