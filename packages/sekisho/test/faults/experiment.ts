/** What the tests of faults have in common: dice that can be thrown again, visitors, and the verdict. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { faultsOf, type Broken } from './check-history.ts'
import { History } from './history.ts'
import { Load, type Pace } from './load.ts'
import type { Workers } from './workers.ts'

/** Dice that fall as they did before when `SEKISHO_SEED` says how; prints the seed. */
export function seededRandom(t: TestContext): () => number {
  const seed = Number(process.env['SEKISHO_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  t.diagnostic(`SEKISHO_SEED=${seed}`)
  let state = seed >>> 0
  // Mulberry32 (public domain).
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Visitors under observation. */
export class Experiment {
  readonly workers: Workers
  /** The dice of the visitors. */
  readonly random: () => number
  readonly #t: TestContext
  readonly #history = new History()
  readonly #load: Load

  constructor(t: TestContext, workers: Workers, pace?: Pace) {
    this.#t = t
    this.workers = workers
    this.random = seededRandom(t)
    this.#load = new Load({ workers, history: this.#history, visitors: 4, random: this.random, pace })
  }

  /** What was asked, and what came of it. */
  get history(): History {
    return this.#history
  }

  /** How many answers with this status there are; 0: requests without an answer. */
  answered(status: number): number {
    return this.#load.figures.statuses.get(status) ?? 0
  }

  /** Waits until so many more requests were answered with this status. Fails after 60 s. */
  async untilAnswered(status: number, more: number): Promise<void> {
    const wanted = this.answered(status) + more
    await until(() => this.answered(status) >= wanted, `${more} answers with status ${status}`)
  }

  /**
   * Lets everybody finish, with all servers well. Fails when a promise was broken, when an answer 5xx touched a cookie, and
   * when there was an answer that nothing here calls for.
   *
   * @param excused What the store does not promise.
   * @returns How many answers there were of each status; 0: requests without an answer.
   */
  async conclude({ excused = [] }: { excused?: readonly Broken['promise'][] } = {}): Promise<
    ReadonlyMap<number, number>
  > {
    await this.#load.stop()
    const { statuses, slowestMs, touchedCookies } = this.#load.figures
    const { ok, fail, info } = this.#history.counts()
    const answers = [...statuses].map(([status, count]) => `${count} × ${status || 'no answer'}`).join(', ')
    this.#t.diagnostic(`answers: ${answers}; slowest ${slowestMs.toFixed(0)} ms`)
    this.#t.diagnostic(`operations: ${ok} acknowledged, ${fail} without effect, ${info} unknown`)
    const broken = faultsOf(this.#history).filter(({ promise }) => !excused.includes(promise))
    assert.deepEqual(
      broken.map(({ promise, text }) => `${promise}: ${text}`),
      [],
    )
    assert.deepEqual(touchedCookies, [], 'an answer 5xx touches no cookie')
    const strange = [...statuses.keys()].filter((status) => ![0, 200, 401, 409, 503].includes(status))
    assert.deepEqual(strange, [], 'a fault is answered with 503, and nothing else')
    return statuses
  }
}

/** Waits until something is so. Fails after 60 s. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUp = performance.now() + 60_000
  while (!(await isSo())) {
    assert.ok(performance.now() < giveUp, `${what}: not within 60 s`)
    await pause(20)
  }
}
