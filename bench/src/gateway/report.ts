import { interval, table } from '../report.ts'
import { estimate, median, percentile, type Estimate } from '../statistics.ts'
import type { Limit } from './contract.ts'
import type { FrontResult, RoundSettings } from './measure.ts'
import { answerOctets } from './site.ts'
import { sessionOctets } from './sessions.ts'

/** The tables. */
export function frontReport(
  results: readonly FrontResult[],
  limits: readonly Limit[],
  settings: RoundSettings,
): string {
  const { connections, rounds, roundMs, sessions } = settings
  return [
    `CPU of all processes of the contender per request: median of ${rounds} rounds of ${roundMs} ms, with its 95 % interval. ${connections} connections, ${sessions} sessions of ${sessionOctets} octets, answers of ${answerOctets} octets. Latencies are those of a server kept busy all the time.`,
    costTable(results),
    ...limitPart(results, limits),
  ].join('\n\n')
}

function costTable(results: readonly FrontResult[]): string {
  const rows = results.map(({ contender, loads }) => {
    const latencies = loads.flatMap((load) => load.latencies).toSorted((a, b) => a - b)
    const rate = median(loads.map((load) => (load.latencies.length * 1000) / load.wholeMs))
    const shown = [percentile(latencies, 0.5), percentile(latencies, 0.99)].map((ms) => ms.toFixed(2))
    return [contender.name, inMicros(estimate(loads.map(({ cpu }) => cpu))), ...shown, rate.toFixed(0)]
  })
  return table(['contender', 'CPU µs', 'p50 ms', 'p99 ms', 'requests/s'], rows)
}

/** Nothing where no two were measured that a limit compares. */
function limitPart(results: readonly FrontResult[], limits: readonly Limit[]): string[] {
  const rows = limits.flatMap((limit) => {
    const ratio = ratioOf(results, limit)
    if (ratio === undefined) return []
    const { contender, beside, kind, times } = limit
    const words = kind === 'at least' ? `${beside} / ${contender}` : `${contender} / ${beside}`
    return [[words, interval(ratio), `${kind} ${times}`, verdict(ratio, limit)]]
  })
  const heads = ['quotient of CPU', 'times', 'limit', 'verdict']
  return rows.length === 0 ? [] : ['Compared round by round:', table(heads, rows)]
}

/** Undefined when one of the two was not measured. */
function ratioOf(results: readonly FrontResult[], { contender, beside, kind }: Limit): Estimate | undefined {
  const [ours, theirs] = [contender, beside].map(
    (name) => results.find((result) => result.contender.name === name)?.loads,
  )
  if (ours === undefined || theirs === undefined) return undefined
  const [upper, lower] = kind === 'at least' ? [theirs, ours] : [ours, theirs]
  return estimate(upper.map(({ cpu }, round) => cpu / (lower[round]?.cpu ?? Number.NaN)))
}

/** As everywhere in the bench, only what is surely beyond the limit counts as missed. */
function verdict({ low, high }: Estimate, { kind, times }: Limit): string {
  const [isMissed, isMet] = kind === 'at least' ? [high < times, low >= times] : [low > times, high <= times]
  if (isMissed) return 'missed'
  return isMet ? 'met' : `met by the ${kind === 'at least' ? 'upper' : 'lower'} bound`
}

function inMicros({ median: middle, low, high }: Estimate): string {
  return `${middle.toFixed(0)} [${low.toFixed(0)}, ${high.toFixed(0)}]`
}
