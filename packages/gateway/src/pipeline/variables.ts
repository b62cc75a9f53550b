import type { VariableRule } from '../config/directives/setenvif.ts'
import type { Exchange } from './exchange.ts'

/** What SetEnvIf may ask besides headers; names in lower case. */
const attributes: ReadonlyMap<string, (exchange: Exchange) => string | undefined> = new Map([
  ['remote_addr', ({ connection }: Exchange) => connection.remoteAddress],
  ['remote_host', ({ connection }: Exchange) => connection.remoteAddress],
  ['server_addr', ({ connection }: Exchange) => connection.localAddress],
  ['request_method', ({ method }: Exchange) => method],
  ['request_protocol', ({ protocol }: Exchange) => protocol],
  ['request_uri', ({ path }: Exchange) => path],
])

/** Sets the variables of SetEnvIf, in the order of the lines: later ones may look at what earlier ones have set. */
export function setVariables(exchange: Exchange, rules: readonly VariableRule[]): void {
  for (const { attribute, regex, changes } of rules) {
    const found = regex.exec(valueOf(exchange, attribute))
    if (found === null) continue
    for (const { name, value } of changes)
      exchange.setEnvironment(
        name,
        value?.replaceAll(/\$(\d)/g, (_, index: string) => found[Number(index)] ?? ''),
      )
  }
}

function valueOf(exchange: Exchange, attribute: string): string {
  const name = attribute.toLowerCase()
  const special = attributes.get(name)
  if (special !== undefined) return special(exchange) ?? ''
  return exchange.header(name) ?? exchange.environment(attribute) ?? ''
}
