import type { Terminal } from '../../command/terminal/terminal.ts'
import { sizeText, spanText, timeText } from '../../lib/spans.ts'
import type { About } from '../../server/control/protocol.ts'
import type { CountName } from '../../server/control/stats.ts'
import type { Interval, Quantiles } from './interval.ts'

/** What is counted, in the order of the screen: what deserves a look when it is not 0 comes last. */
const shown: readonly (readonly [name: CountName, title: string, kind?: 'trouble'])[] = [
  ['created', 'sessions begun'],
  ['logins', 'logins'],
  ['logouts', 'logouts'],
  ['revoked', 'revoked'],
  ['expired', 'expired, met'],
  ['rotated', 'secrets replaced'],
  ['conflicts', 'conflicts', 'trouble'],
  ['superseded', 'superseded', 'trouble'],
  ['replays', 'replays', 'trouble'],
  ['rejected', 'rejected', 'trouble'],
  ['storeFailures', 'store failures', 'trouble'],
  ['circuitOpened', 'store given up', 'trouble'],
]

const heading = 'sekisho top'

/** The screen: a line for each figure, as many each time. */
export function screenOf(about: About, interval: Interval, { out, table }: Pick<Terminal, 'out' | 'table'>): string {
  const { sessions, workers, memory, store, requests, seconds, counts, totals } = interval
  const title = `${about.file}   pid ${about.pid}, ${workers} of ${about.workers} processes, up ${spanText(Date.now() - about.startedAt)}, ${sizeText(memory)}   ${timeText(Date.now())}`
  const rows = shown.map(([name, label, kind]) => {
    const isTrouble = kind === 'trouble' && counts[name] > 0
    return [
      label,
      out.style(isTrouble ? 'bad' : 'strong', rate(counts[name] / seconds)),
      `${totals[name]} since the start`,
    ]
  })
  return [
    `${out.style('strong', heading)}  ${title.slice(0, Math.max(0, out.columns - heading.length - 2))}\n\n`,
    table([
      ['sessions', out.style('strong', sessions === undefined ? '?' : `about ${sessions}`), ''],
      ['requests', out.style('strong', rate(counts.requests / seconds)), took(requests)],
      ['store calls', out.style('strong', rate(counts.storeCalls / seconds)), took(store)],
      ['sessions read', out.style('strong', rate(counts.loaded / seconds)), ''],
      ['sessions written', out.style('strong', rate(counts.saved / seconds)), ''],
      ...rows,
    ]),
  ].join('')
}

/** One line, for a log. */
export function lineOf({ sessions, counts, store, requests, seconds, workers }: Interval): string {
  const facts = {
    sessions: sessions ?? '?',
    workers,
    'requests/s': perSecond(counts.requests / seconds),
    'request-p50-ms': milliseconds(requests.p50),
    'request-p99-ms': milliseconds(requests.p99),
    'store-p50-ms': milliseconds(store.p50),
    'store-p99-ms': milliseconds(store.p99),
    ...Object.fromEntries(shown.map(([name]) => [name, counts[name]])),
  }
  const pairs = Object.entries(facts).map(([name, value]) => `${name}=${value}`)
  return [new Date().toISOString(), ...pairs].join(' ')
}

/** The same for programs: one JSON value per line. */
export function recordOf({ file, pid, workers, startedAt }: About, { counts, totals, ...interval }: Interval): unknown {
  return {
    time: new Date().toISOString(),
    gateway: { file, pid, workers, startedAt: new Date(startedAt).toISOString() },
    ...interval,
    sessions: interval.sessions ?? null,
    counts,
    totals,
  }
}

function took({ p50, p99 }: Quantiles): string {
  return p50 === undefined ? '' : `${milliseconds(p50)} ms, 99 % within ${milliseconds(p99)} ms`
}

function milliseconds(value: number | undefined): string {
  if (value === undefined) return '-'
  return value < 10 ? value.toFixed(2) : value.toFixed(0)
}

function rate(value: number): string {
  return `${perSecond(value)}/s`
}

function perSecond(value: number): string {
  return value === 0 || value >= 10 ? value.toFixed(0) : value.toFixed(1)
}
