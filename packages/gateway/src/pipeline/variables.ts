import type { VariableRule } from '../config/directives/setenvif.ts'
import { holds } from '../config/expression/evaluate.ts'
import { textOfField } from '../lib/octets.ts'
import type { Exchange } from './exchange.ts'

/** What SetEnvIf may ask besides headers; names in lower case. */
const attributes: ReadonlyMap<string, (exchange: Exchange) => string | undefined> = new Map([
  ['remote_addr', ({ remoteAddress }: Exchange) => remoteAddress],
  ['remote_host', ({ remoteAddress }: Exchange) => remoteAddress],
  ['server_addr', ({ connection }: Exchange) => connection.localAddress],
  ['request_method', ({ method }: Exchange) => method],
  ['request_protocol', ({ protocol }: Exchange) => protocol],
  ['request_uri', ({ path }: Exchange) => path],
])

/** Sets the variables of SetEnvIf, in the order of the lines: later ones may look at what earlier ones have set. */
export function setVariables(exchange: Exchange, rules: readonly VariableRule[]): void {
  for (const rule of rules) {
    const groups = groupsOf(rule, exchange)
    if (groups === undefined) continue
    for (const { name, value } of rule.changes)
      exchange.setEnvironment(
        name,
        value?.replaceAll(/\$(\d)/g, (_, index: string) => groups[Number(index)] ?? ''),
      )
  }
}

/** What the regular expression of a rule has found; undefined: the rule does not apply. */
function groupsOf(rule: VariableRule, exchange: Exchange): readonly (string | undefined)[] | undefined {
  if ('regex' in rule) return rule.regex.exec(valueOf(rule, exchange)) ?? undefined
  const groups: string[] = []
  return holds(rule.condition, exchange, groups) ? groups : undefined
}

function valueOf(rule: Extract<VariableRule, { regex: RegExp }>, exchange: Exchange): string {
  if ('headers' in rule) return lastHeader(exchange.rawHeaders, rule.headers)
  const { attribute } = rule
  const name = attribute.toLowerCase()
  const special = attributes.get(name)
  if (special !== undefined) return special(exchange) ?? ''
  const field = exchange.header(name)
  return field === undefined ? (exchange.environment(attribute) ?? '') : textOfField(field)
}

function lastHeader(rawHeaders: readonly string[], names: RegExp): string {
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2)
    if (names.test(rawHeaders[at] ?? '')) return textOfField(rawHeaders[at + 1] ?? '')
  return ''
}
