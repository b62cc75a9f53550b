import type { Reader } from './directive.ts'

/** What a statement can be given. */
export type StatementParameter = 'id' | 'newid' | 'data' | 'expiry' | 'now'

/** An SQL statement, cut at its placeholders: `pieces` is one longer than `parameters`. */
export interface Statement {
  readonly pieces: readonly string[]
  readonly parameters: readonly StatementParameter[]
}

/** The orders in which `%s` and `%lld` may follow one another: with a `%lld` Apache's, without one the plain `(id, data)`. */
export interface StatementOrders {
  readonly plain: readonly StatementParameter[]
  readonly apache: readonly (readonly StatementParameter[])[]
  /** Parameters without which the statement cannot do its work. */
  readonly needed: readonly StatementParameter[]
}

const placeholder = /%(?:s|lld|\{(id|newid|data|expiry|now)\}|%)/g

/** Reads a statement with `%s` and `%lld` by position, or `%{id}`, `%{newid}`, `%{data}`, `%{expiry}`, `%{now}` by name. */
export function statement(name: string, orders: StatementOrders): Reader<Statement> {
  return (use) => {
    const [word] = use.words
    const sql = word?.text ?? ''
    const found = placeholders(sql)
    const parameters = named(found) ?? positional(found, orders)
    if (parameters !== undefined && orders.needed.every((needed) => parameters.includes(needed)))
      return { pieces: pieces(sql), parameters }
    const expected = [orders.plain, ...orders.apache].map((order) => `(${order.join(', ')})`).join(' or ')
    const message = `${name} must have the parameters ${expected}`
    return use.fail(
      {
        code: 'bad-value',
        message,
        expected: `%s for each, %lld for expiry and now, or names such as %{id}`,
        found: found.map(([text]) => text).join(', ') || 'no placeholder',
      },
      word,
    )
  }
}

function placeholders(sql: string): RegExpMatchArray[] {
  return [...sql.matchAll(placeholder)].filter(([text]) => text !== '%%')
}

function named(found: readonly RegExpMatchArray[]): StatementParameter[] | undefined {
  const names = found.map(([, name]) => name as StatementParameter | undefined)
  return names.length > 0 && names.every((name) => name !== undefined) ? names : undefined
}

function positional(
  found: readonly RegExpMatchArray[],
  { plain, apache }: StatementOrders,
): readonly StatementParameter[] | undefined {
  const kinds = found.map(([text]) => text)
  if (!kinds.includes('%lld'))
    return kinds.length === plain.length && kinds.every((kind) => kind === '%s') ? plain : undefined
  return apache.find(
    (order) => order.length === kinds.length && order.every((parameter, index) => kinds[index] === formatOf(parameter)),
  )
}

function formatOf(parameter: StatementParameter): string {
  return parameter === 'expiry' || parameter === 'now' ? '%lld' : '%s'
}

function pieces(sql: string): string[] {
  const result: string[] = ['']
  let at = 0
  for (const match of sql.matchAll(placeholder)) {
    const last = result.length - 1
    result[last] += sql.slice(at, match.index) + (match[0] === '%%' ? '%' : '')
    if (match[0] !== '%%') result.push('')
    at = match.index + match[0].length
  }
  result[result.length - 1] += sql.slice(at)
  return result
}
