/**
 * Measures contenders of one family against each other: paired rounds in one process, in random order, by CPU time.
 *
 * @module
 */
import type { Contender } from '../contract.ts'
import { prove } from '../prove.ts'
import { estimate, median, type Estimate } from '../statistics.ts'
import { openBench, type Bench, type Face } from './bench.ts'

/** How long to measure. */
export interface Settings {
  /** Paired rounds. */
  readonly rounds: number
  /** CPU milliseconds of one contender in one round. */
  readonly roundMs: number
  /** CPU milliseconds of running before anything is measured. */
  readonly warmUpMs: number
  /** Instead of what the contenders say. */
  readonly sessions?: number
}

/** What one contender costs. All times are microseconds of CPU per request. */
export interface Result {
  readonly contender: string
  readonly role: Contender['role']
  /** The whole call, the fake transport included. */
  readonly total: number
  /** What it adds to the bare handler. */
  readonly added: number
  /** What it adds, as a multiple of what the floor adds; pair by pair. */
  readonly ratio: Estimate
  /** The whole call as a multiple of the floor's. */
  readonly totalRatio: Estimate
}

interface Runner {
  readonly contender: Contender
  readonly bench: Bench
  calls: number
  readonly costs: number[]
}

/**
 * Measures one action.
 *
 * @param contenders A bare one for each kind of server, and a floor; each is proved to do its job before it is measured.
 */
export async function measure(
  contenders: readonly Contender[],
  face: Face,
  action: 'read' | 'write',
  settings: Settings,
): Promise<Result[]> {
  const runners: Runner[] = []
  try {
    for (const contender of contenders) runners.push(await prepare(contender, face, settings.sessions))
    for (const runner of runners) await warmUp(runner, action, settings)
    for (let round = 0; round < settings.rounds; round += 1) {
      for (const runner of shuffled(runners)) runner.costs.push(await cost(runner, action, runner.calls))
    }
    return runners.map((runner) => resultOf(runner, runners))
  } finally {
    for (const { bench } of runners) await bench.close()
  }
}

async function prepare(contender: Contender, face: Face, sessions = contender.sessions): Promise<Runner> {
  const bench = await openBench(contender, face, sessions)
  const wrong = await prove(contender, bench.ask)
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return { contender, bench, calls: 1, costs: [] }
}

async function warmUp(runner: Runner, action: 'read' | 'write', settings: Settings): Promise<void> {
  let spent = 0
  for (let calls = 20; spent < settings.warmUpMs * 1000; calls *= 2) {
    const each = await cost(runner, action, calls)
    spent += each * calls
    runner.calls = Math.max(1, Math.ceil((settings.roundMs * 1000) / each))
  }
}

/** Microseconds of CPU per call, of all threads of this process. */
async function cost({ contender, bench }: Runner, action: 'read' | 'write', calls: number): Promise<number> {
  collectGarbage()
  const before = process.cpuUsage()
  const body = await bench.run(action, calls)
  const { user, system } = process.cpuUsage(before)
  if (!/^\d+$/.test(body)) throw new Error(`${contender.name}: ${action} answered ${body}`)
  return (user + system) / calls
}

function resultOf({ contender, costs }: Runner, runners: readonly Runner[]): Result {
  const floor = runners.find((runner) => runner.contender.role === 'floor')
  const added = addedOf(contender.server, costs, runners)
  const floorAdded = floor === undefined ? [] : addedOf('node', floor.costs, runners)
  return {
    contender: contender.name,
    role: contender.role,
    total: median(costs),
    added: median(added),
    ratio: estimate(added.map((mine, round) => mine / (floorAdded[round] ?? Number.NaN))),
    totalRatio: estimate(costs.map((mine, round) => mine / (floor?.costs[round] ?? Number.NaN))),
  }
}

/** What each round cost more than the bare handler of the same kind of server did in it. */
function addedOf(server: Contender['server'], costs: readonly number[], runners: readonly Runner[]): number[] {
  const bare = runners.find(({ contender }) => contender.role === 'bare' && contender.server === server)
  return costs.map((mine, round) => mine - (bare?.costs[round] ?? Number.NaN))
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items]
  const drawn: T[] = []
  while (left.length > 0) drawn.push(...left.splice(Math.floor(Math.random() * left.length), 1))
  return drawn
}

/** There with `--expose-gc` only; without it one contender may pay for the garbage of another. */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void }
  gc?.()
}
