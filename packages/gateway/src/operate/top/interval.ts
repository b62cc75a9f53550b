import { quantile, since, summed } from '../../lib/histogram.ts'
import type { Figures } from '../../server/control/protocol.ts'
import { type CountName, countsOf, type Stats } from '../../server/control/stats.ts'

/** What has happened between two looks at a gateway. */
export interface Interval {
  readonly seconds: number
  /** Processes that serve. */
  readonly workers: number
  /** About how many sessions there are, dead ones that were not removed yet included; undefined: unknown. */
  readonly sessions: number | undefined
  /** In the interval, all processes together. */
  readonly counts: Readonly<Record<CountName, number>>
  /** Since the processes were started; of what happens with each request only while somebody has looked. */
  readonly totals: Readonly<Record<CountName, number>>
  /** Milliseconds of half of all calls, and of 99 in 100; undefined: there were none. */
  readonly store: Quantiles
  readonly requests: Quantiles
  /** Octets, all processes together. */
  readonly memory: number
}

/** How long something took, in milliseconds. */
export interface Quantiles {
  readonly p50: number | undefined
  readonly p99: number | undefined
}

/** Compares two looks. A process that was started in between counts from its beginning; one that has ended does not count. */
export function intervalOf(before: Figures, now: Figures, seconds: number): Interval {
  const pairs = now.processes.map((stats) => [stats, before.processes.find(({ pid }) => pid === stats.pid)] as const)
  const grown = (times: (stats: Stats) => readonly number[]): Quantiles =>
    quantiles(
      summed(...pairs.map(([later, earlier]) => since(times(later), earlier === undefined ? [] : times(earlier)))),
    )
  return {
    seconds,
    workers: now.processes.length,
    sessions: now.sessions,
    counts: countsOf((name) => sum(pairs, ([later, earlier]) => later.counts[name] - (earlier?.counts[name] ?? 0))),
    totals: countsOf((name) => sum(now.processes, ({ counts }) => counts[name])),
    store: grown(({ storeTimes }) => storeTimes),
    requests: grown(({ requestTimes }) => requestTimes),
    memory: sum(now.processes, ({ memory }) => memory),
  }
}

function quantiles(counts: readonly number[]): Quantiles {
  return { p50: quantile(counts, 0.5), p99: quantile(counts, 0.99) }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
