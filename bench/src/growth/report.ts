import { interval, table } from '../report.ts'
import type { Growth, GrowthResult, GrowthSettings } from './measure.ts'

/** The most that a request may cost more in a large store, as a multiple. */
const limit = 1.3

/** The tables. */
export function growthTables(results: readonly GrowthResult[], { rounds, requests, expired }: GrowthSettings): string {
  const heads = ['store', 'sessions', 'get µs', 'growth', 'verdict', 'changed write µs', 'growth', 'verdict']
  const rows = results.map(({ name, sessions, get, write }) => [
    name,
    sessions.map((count) => count.toLocaleString('en')).join(' → '),
    ...cells(get),
    ...cells(write),
  ])
  const swept = results.flatMap(({ name, sweep }) =>
    sweep === undefined ? [] : [[name, ...cells(sweep.some).slice(0, 2), ...cells(sweep.none).slice(0, 2)]],
  )
  const requestTable = [
    `Median of ${rounds} paired rounds of ${requests} requests each, with its 95 % interval: microseconds of one whole request, sessions drawn by chance. The limit is ${limit}.`,
    table(heads, rows),
  ]
  const sweepTable = [
    `Milliseconds of a sweep that removes ${expired} dead sessions, and of one that finds none.`,
    table(['store', `${expired} dead: ms`, 'growth', 'none dead: ms', 'growth'], swept),
  ]
  return [...requestTable, ...(swept.length === 0 ? [] : sweepTable)].join('\n\n')
}

function cells({ few, many, ratio }: Growth): string[] {
  return [`${few.toFixed(1)} → ${many.toFixed(1)}`, interval(ratio), verdict(ratio)]
}

/** As everywhere in the bench, only what is surely over the limit counts as over. */
function verdict({ low, high }: Growth['ratio']): string {
  if (low > limit) return `over ${limit}`
  return high <= limit ? `within ${limit}` : `within ${limit} by the lower bound`
}
