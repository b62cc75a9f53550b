import { loadavg } from 'node:os'
import type { HeaderRule } from '../config/directives/headers.ts'
import { holds, textValue } from '../config/expression/evaluate.ts'
import type { ExpressionRequest } from '../config/expression/vocabulary.ts'
import type { HeaderField, HeaderValue } from '../config/header-value.ts'
import { appendToField, fieldOf, fieldsOf, type HeaderList, membersOf, removeField, setField } from './header-list.ts'
import { octets } from '../lib/octets.ts'

/** What rules about headers may ask about a request. */
export interface HeaderRequest extends ExpressionRequest {
  /** When the request came, in milliseconds since 1970. */
  readonly arrivedAt: number
  /** How long ago that was, in milliseconds. */
  readonly elapsedMs: number
  /** The fields of the request as the client sent them. */
  readonly rawHeaders: readonly string[]
  environment(name: string): string | undefined
  /** A fact about the TLS connection, such as `SSL_PROTOCOL`. */
  tls(name: string): string | undefined
  /** Keeps a text beside the request, for the access log. */
  note(name: string, text: string): void
}

/** A rule of `Header` or `RequestHeader`, ready to be applied. */
export interface PreparedRule {
  /** The header that it changes, in lower case. */
  readonly name: string
  applies(request: HeaderRequest): boolean
  change(list: HeaderList, request: HeaderRequest): void
}

/** Prepares rules once for all requests. */
export function prepareRules(rules: readonly HeaderRule[]): readonly PreparedRule[] {
  return rules.map((rule) => ({ name: rule.header.toLowerCase(), applies: guardOf(rule), change: changeOf(rule) }))
}

/**
 * Applies rules in their order.
 *
 * @param changed Is told of each header that a rule has changed, before the next one is looked at.
 */
export function applyRules(
  rules: readonly PreparedRule[],
  list: HeaderList,
  request: HeaderRequest,
  changed?: (name: string) => void,
): void {
  for (const rule of rules) {
    if (!rule.applies(request)) continue
    rule.change(list, request)
    changed?.(rule.name)
  }
}

function guardOf({ condition, environment }: HeaderRule): PreparedRule['applies'] {
  if (condition !== undefined) return (request) => holds(condition, request)
  if (environment === undefined) return () => true
  if (environment.startsWith('!')) return (request) => request.environment(environment.slice(1)) === undefined
  return (request) => request.environment(environment) !== undefined
}

type Change = PreparedRule['change']

function changeOf(rule: HeaderRule): Change {
  const { action, header, regex } = rule
  const name = header.toLowerCase()
  const value = valueOf(rule.value)
  switch (action) {
    case 'set':
      return (list, request) => setField(list, header, value(request))
    case 'setifempty':
      return (list, request) => {
        if (fieldOf(list, name) === undefined) setField(list, header, value(request))
      }
    case 'add':
      return (list, request) => void list.push(header, value(request))
    case 'append':
      return (list, request) => appendToField(list, header, value(request))
    case 'merge':
      return (list, request) => merge(list, header, value(request))
    case 'unset':
      return (list) => removeField(list, name)
    case 'note':
      return (list, request) => request.note(value(request), fieldOf(list, name) ?? '')
    case 'echo':
      return (list, { rawHeaders }) => echo(list, rawHeaders, regex)
    default:
      return edit(name, regex, { everywhere: action === 'edit*', value })
  }
}

/** Adds a member unless it is one already. */
function merge(list: HeaderList, header: string, value: string): void {
  const present = fieldsOf(list, header.toLowerCase()).flatMap(membersOf)
  if (!present.includes(value)) appendToField(list, header, value)
}

function echo(list: HeaderList, rawHeaders: readonly string[], names: RegExp | undefined): void {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]]
    if (names?.test(name) === true) list.push(name, value)
  }
}

interface Edit {
  readonly everywhere: boolean
  readonly value: (request: HeaderRequest) => string
}

function edit(name: string, regex: RegExp | undefined, { everywhere, value }: Edit): Change {
  if (regex === undefined) return () => undefined
  const pattern = everywhere ? new RegExp(regex.source, `${regex.flags}g`) : regex
  return (list, request) => {
    for (let at = 0; at < list.length; at += 2) {
      if (list[at]?.toLowerCase() !== name) continue
      const before = list[at + 1] ?? ''
      list[at + 1] = before.replace(pattern, (...match: unknown[]) => withGroups(value(request), match))
    }
  }
}

/** `$0` to `$9` stand for groups; a backslash takes the meaning of what follows. */
function withGroups(template: string, match: readonly unknown[]): string {
  return template.replaceAll(/\\(.)|\$(\d)/gs, (_, literal: string | undefined, digit: string | undefined) => {
    if (literal !== undefined) return literal
    const group = match[Number(digit)]
    // Behind the groups, a replacer is given the offset and the whole text.
    return typeof group === 'string' && Number(digit) < groupsIn(match) ? group : ''
  })
}

function groupsIn(match: readonly unknown[]): number {
  return match.findIndex((part) => typeof part === 'number')
}

function valueOf(value: HeaderValue | undefined): (request: HeaderRequest) => string {
  if (value === undefined) return () => ''
  if (value.kind === 'fixed') {
    const text = sendable(value.text)
    return () => text
  }
  if (value.kind === 'expression') return (request) => sendable(textValue(value.node, request))
  const { parts } = value
  return (request) =>
    sendable(parts.map((part) => (typeof part === 'string' ? part : fieldText(part, request))).join(''))
}

function fieldText(field: HeaderField, request: HeaderRequest): string {
  switch (field.kind) {
    case 'environment':
      return request.environment(field.name) ?? '(null)'
    case 'tls':
      return request.tls(field.name) ?? '(null)'
    case 'arrival':
      return `t=${Math.round(request.arrivedAt * 1000)}`
    case 'duration':
      return `D=${Math.round(request.elapsedMs * 1000)}`
    case 'load':
      return `l=${loadavg()
        .map((load) => load.toFixed(2))
        .join(' ')}`
    default:
      return field satisfies never
  }
}

/** The octets of a text, one in each character; a control character, which cannot stand in a header, becomes a blank. */
function sendable(text: string): string {
  return /[^\t -~]/.test(text) ? octets(text).replaceAll(/[^\t -~\u0080-\u00ff]/g, ' ') : text
}
