import { Session } from 'node:inspector'

interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[]
  }[]
}

// Started once and left on: what runs before the start may be compiled without counters.
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/**
 * How many blocks of the gateway's own code a piece of work runs through, by V8's exact counters: a measure of the work that
 * does not depend on how busy the machine is.
 */
export function operations(work: () => void): number {
  takeCounts()
  work()
  return takeCounts()
}

/** The counts since the last time. */
function takeCounts(): number {
  let coverage: Coverage | undefined
  session.post('Profiler.takePreciseCoverage', (_, result) => {
    coverage = result
  })
  const own = (coverage?.result ?? []).filter(({ url }) => url.includes('/packages/gateway/src/'))
  let sum = 0
  for (const { functions } of own) for (const { ranges } of functions) for (const { count } of ranges) sum += count
  return sum
}
