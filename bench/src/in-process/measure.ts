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
  /** CPU milliseconds of running, uncounted, before each round. */
  readonly settleMs: number
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
  /** Microseconds by the clock on the wall per request, of which several may be under way at once; `added` in the same way. */
  readonly wall: { readonly added: number; readonly ratio: Estimate }
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
  readonly walls: number[]
}

/** Microseconds of one request. */
interface Cost {
  /** Of CPU, of all threads of this process. */
  readonly cpu: number
  readonly wall: number
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
      for (const runner of shuffled(runners)) {
        await settle(runner, action, settings)
        const { cpu, wall } = await cost(runner, action, runner.calls)
        runner.costs.push(cpu)
        runner.walls.push(wall)
      }
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
  return { contender, bench, calls: 1, costs: [], walls: [] }
}

async function warmUp(runner: Runner, action: 'read' | 'write', settings: Settings): Promise<void> {
  let spent = 0
  for (let calls = 20; spent < settings.warmUpMs * 1000; calls *= 2) {
    const { cpu } = await cost(runner, action, calls)
    spent += cpu * calls
    runner.calls = Math.max(1, Math.ceil((settings.roundMs * 1000) / cpu))
  }
}

/**
 * Nobody shall pay for another's garbage, or find the caches full of another's data. A forced collection would do that, too;
 * but it throws optimised code away, wherever a shape of objects has no living example at that moment.
 */
async function settle({ bench, calls }: Runner, action: 'read' | 'write', settings: Settings): Promise<void> {
  await bench.run(action, Math.ceil((calls * settings.settleMs) / settings.roundMs))
}

async function cost({ contender, bench }: Runner, action: 'read' | 'write', calls: number): Promise<Cost> {
  const began = performance.now()
  const before = process.cpuUsage()
  const body = await bench.run(action, calls)
  const { user, system } = process.cpuUsage(before)
  if (!/^\d+$/.test(body)) throw new Error(`${contender.name}: ${action} answered ${body}`)
  return { cpu: (user + system) / calls, wall: ((performance.now() - began) * 1000) / calls }
}

function resultOf(runner: Runner, runners: readonly Runner[]): Result {
  const { contender, costs } = runner
  const floor = floorOf(runners)
  return {
    contender: contender.name,
    role: contender.role,
    total: median(costs),
    ...beside('costs', runner, runners),
    wall: beside('walls', runner, runners),
    totalRatio: estimate(costs.map((mine, round) => mine / (floor?.costs[round] ?? Number.NaN))),
  }
}

/** What a contender adds to the bare handler, and how many times what the floor adds, pair by pair. */
function beside(
  kind: 'costs' | 'walls',
  runner: Runner,
  runners: readonly Runner[],
): { added: number; ratio: Estimate } {
  const floor = floorOf(runners)
  const added = addedOf(kind, runner, runners)
  const floorAdded = floor === undefined ? [] : addedOf(kind, floor, runners)
  return {
    added: median(added),
    ratio: estimate(added.map((mine, round) => mine / (floorAdded[round] ?? Number.NaN))),
  }
}

function floorOf(runners: readonly Runner[]): Runner | undefined {
  return runners.find(({ contender }) => contender.role === 'floor')
}

/** What each round cost more than the bare handler of the same kind of server did in it. */
function addedOf(kind: 'costs' | 'walls', runner: Runner, runners: readonly Runner[]): number[] {
  const { server } = runner.contender
  const bare = runners.find(({ contender }) => contender.role === 'bare' && contender.server === server)
  return runner[kind].map((mine, round) => mine - (bare?.[kind][round] ?? Number.NaN))
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items]
  const drawn: T[] = []
  while (left.length > 0) drawn.push(...left.splice(Math.floor(Math.random() * left.length), 1))
  return drawn
}
