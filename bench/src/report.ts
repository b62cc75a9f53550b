/**
 * The tables.
 *
 * @module
 */
import type { HttpResult } from './http/measure.ts'
import type { Group } from './in-process/groups.ts'
import type { Result } from './in-process/measure.ts'
import type { Estimate } from './statistics.ts'

/** The most that we may add to a request, as a multiple of what the floor of the family adds. */
export const limit = 1.5

/** A table of the harness without sockets. */
export function groupTable({ family, face, read, write }: Group): string {
  const writes = new Map(write.map((result) => [result.contender, result]))
  const rows = read
    .filter(({ role }) => role !== 'bare')
    .map((result) => [result.contender, ...cells(result), ...cells(writes.get(result.contender))])
  const title = `### ${family}, called as ${face === 'fetch' ? 'Request → Response' : '(req, res)'}`
  const heads = ['contender', 'read µs', '× floor', 'verdict', 'write µs', '× floor', 'verdict']
  return `${title}\n\n${table(heads, rows)}`
}

/** The same for contenders that wait for a server: several callers at once, and what the clock on the wall says. */
export function wallTable({ read, write }: Group): string {
  const writes = new Map(write.map((result) => [result.contender, result]))
  const shown = (result: Result | undefined): string[] => {
    if (result === undefined) return ['', '']
    return [fixed(result.wall.added, 2), result.role === 'floor' ? '1' : interval(result.wall.ratio)]
  }
  const rows = read
    .filter(({ role }) => role !== 'bare')
    .map((result) => [result.contender, ...shown(result), ...shown(writes.get(result.contender))])
  const heads = ['by the clock on the wall', 'read µs', '× floor', 'write µs', '× floor']
  return table(heads, rows)
}

/** The table over HTTP. */
export function httpTable(results: readonly HttpResult[]): string {
  const heads =
    'contender, server, family, read µs, p50 ms, p99 ms, write µs, p50 ms, p99 ms, Set-Cookie: create/read/write'
  const rows = results.map(({ contender, read, write, octets }) => {
    const costs = [read, write].flatMap(({ added, total, p50, p99 }) => {
      const cost = contender.role === 'bare' ? `(${fixed(total, 0)})` : fixed(added, 0)
      return [cost, fixed(p50, 2), fixed(p99, 2)]
    })
    const { name, server, family } = contender
    return [
      name,
      server,
      family,
      ...costs,
      [octets.create, octets.read, octets.write].map((count) => count ?? 0).join('/'),
    ]
  })
  return table(heads.split(', '), rows)
}

function cells(result: Result | undefined): string[] {
  if (result === undefined) return ['', '', '']
  const { added, ratio, role } = result
  return [fixed(added, 2), role === 'floor' ? '1' : interval(ratio), role === 'ours' ? verdict(ratio) : '']
}

/** The limit is judged by the lower bound: only what is surely over it counts as over. */
function verdict({ low, high }: Estimate): string {
  if (low > limit) return `over ${limit}`
  return high <= limit ? `within ${limit}` : `within ${limit} by the lower bound`
}

/** A median with its interval. */
export function interval({ median, low, high }: Estimate): string {
  return `${fixed(median, 2)} [${fixed(low, 2)}, ${fixed(high, 2)}]`
}

/** A table of Markdown. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cellsOfLine: readonly string[]): string => `| ${cellsOfLine.join(' | ')} |`
  return [line(heads), line(heads.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits)
}
