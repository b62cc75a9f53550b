/**
 * Measures a store with few sessions beside the same store with many, each in a process of its own, in paired rounds.
 *
 * @module
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { estimate, median, type Estimate } from '../statistics.ts'
import type { Question } from './child.ts'
import type { GrowthCase } from './stores.ts'

/** How much to ask. */
export interface GrowthSettings {
  readonly rounds: number
  /** Requests of one round. */
  readonly requests: number
  /** Sessions of the small store, and of the large one at most. */
  readonly sessions: readonly [few: number, many: number]
  /** Dead sessions of one sweep. */
  readonly expired: number
}

/** One figure with few sessions and with many. */
export interface Growth {
  readonly few: number
  readonly many: number
  /** How many times as much it is with many, pair by pair. */
  readonly ratio: Estimate
}

/** What became of one store. */
export interface GrowthResult {
  readonly name: string
  readonly sessions: readonly [few: number, many: number]
  /** Microseconds of one request. */
  readonly get: Growth
  readonly write: Growth
  /** Milliseconds of a sweep: with dead sessions, and with none. */
  readonly sweep?: { readonly some: Growth; readonly none: Growth }
}

/** Measures one store. */
export async function measureGrowth(chosen: GrowthCase, settings: GrowthSettings): Promise<GrowthResult> {
  const sessions = settings.sessions.map((count) => Math.min(count, chosen.largest)) as [number, number]
  const pair = await Pair.start(chosen, sessions)
  try {
    const { rounds, requests, expired } = settings
    await pair.compare({ ask: 'read', requests }, 5)
    await pair.compare({ ask: 'write', requests }, 5)
    const get = await pair.compare({ ask: 'read', requests }, rounds)
    const write = await pair.compare({ ask: 'write', requests }, rounds)
    const result = { name: chosen.name, sessions, get, write }
    if (!chosen.sweeps) return result
    await pair.compare({ ask: 'sweep', expired }, 1)
    const some = await pair.compare({ ask: 'sweep', expired }, Math.ceil(rounds / 3))
    const none = await pair.compare({ ask: 'sweep', expired: 0 }, Math.ceil(rounds / 3))
    return { ...result, sweep: { some, none } }
  } finally {
    await pair.stop()
  }
}

/** The same store twice. */
class Pair {
  readonly #children: readonly [few: ChildProcess, many: ChildProcess]

  private constructor(children: readonly [few: ChildProcess, many: ChildProcess]) {
    this.#children = children
  }

  /** One after the other, so that filling one does not slow the other down. */
  static async start({ name }: GrowthCase, [few, many]: readonly [number, number]): Promise<Pair> {
    return new Pair([await startChild(name, few), await startChild(name, many)])
  }

  /** Asks both in each round, in random order. */
  async compare(question: Question, rounds: number): Promise<Growth> {
    const figures: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round += 1) {
      const order = Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)
      for (const which of order) figures[which].push(await ask(this.#children[which], question))
    }
    const [few, many] = figures
    return {
      few: median(few),
      many: median(many),
      ratio: estimate(many.map((figure, round) => figure / (few[round] ?? Number.NaN))),
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null) continue
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    }
  }
}

async function startChild(name: string, count: number): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [name, String(count)], {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning', '--max-old-space-size=8192'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  await said(child, name)
  return child
}

async function ask(child: ChildProcess, question: Question): Promise<number> {
  const answer = said(child, question.ask)
  child.send(question)
  return (await answer) as number
}

/** Waits for what a child says next. */
async function said(child: ChildProcess, what: string): Promise<unknown> {
  const ending = new AbortController()
  try {
    const { signal } = ending
    const died = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`a process of the bench ended with ${String(code)} at ${what}`)
    })
    const [message] = (await Promise.race([once(child, 'message', { signal }), died])) as [unknown]
    return message
  } finally {
    ending.abort()
  }
}
