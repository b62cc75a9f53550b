import type { Contender, ServerKind } from '../contract.ts'
import { median, percentile } from '../statistics.ts'
import { Served, type Load, type LoadSettings } from './contest.ts'

/** One action of one contender. */
export interface ActionCost {
  /** Microseconds of the server's CPU per request. */
  readonly total: number
  /** The same, less what the bare handler of the same kind of server took in the same round. */
  readonly added: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** One contender over HTTP. */
export interface HttpResult {
  readonly contender: Contender
  readonly read: ActionCost
  readonly write: ActionCost
  readonly octets: Served['octets']
}

interface Entry {
  readonly served: Served
  readonly loads: { readonly read: Load[]; readonly write: Load[] }
}

/** Measures all contenders in `rounds` rounds, each in another order. */
export async function measureHttp(
  contenders: readonly Contender[],
  { rounds, ...settings }: LoadSettings & { readonly rounds: number },
  tell: (line: string) => void,
): Promise<HttpResult[]> {
  const entries: Entry[] = []
  try {
    for (const contender of contenders) {
      tell(`over HTTP: starting ${contender.name}`)
      const served = await Served.start(contender, settings)
      entries.push({ served, loads: { read: [], write: [] } })
      await served.load('read', settings.roundMs)
      await served.load('write', settings.roundMs)
    }
    for (let round = 0; round < rounds; round += 1) {
      tell(`over HTTP: round ${round + 1} of ${rounds}`)
      for (const { served, loads } of entries.toSorted(() => Math.random() - 0.5)) {
        loads.read.push(await served.load('read', settings.roundMs))
        loads.write.push(await served.load('write', settings.roundMs))
      }
    }
    return entries.map((entry) => resultOf(entry, bareOf(entries, entry.served.contender.server)))
  } finally {
    for (const { served } of entries) await served.stop()
  }
}

function bareOf(entries: readonly Entry[], kind: ServerKind): Entry['loads'] {
  const bare = entries.find(({ served }) => served.contender.role === 'bare' && served.contender.server === kind)
  if (bare === undefined) throw new Error(`no bare handler of ${kind} was measured`)
  return bare.loads
}

function resultOf({ served, loads }: Entry, bare: Entry['loads']): HttpResult {
  const { contender, octets } = served
  return { contender, octets, read: costOf(loads.read, bare.read), write: costOf(loads.write, bare.write) }
}

function costOf(loads: readonly Load[], bare: readonly Load[]): ActionCost {
  const latencies = loads.flatMap((load) => load.latencies).toSorted((a, b) => a - b)
  return {
    total: median(loads.map(({ cpu }) => cpu)),
    added: median(loads.map(({ cpu }, round) => cpu - (bare[round]?.cpu ?? Number.NaN))),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }
}
