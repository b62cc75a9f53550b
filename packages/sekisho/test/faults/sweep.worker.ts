/** A process that removes dead records, every 100 ms, until it is told to stop. */
import { setTimeout as pause } from 'node:timers/promises'
import type { SessionStore } from '../../src/store/contract.ts'
import { openStore, type StoreDescription } from './stores.ts'

/** What was swept. */
export interface SweepReport {
  readonly sweeps: number
  readonly removed: number
}

const everyMs = 100
const limit = 50

/** Sweeps until it is told to stop. */
export class Sweeping {
  readonly #running: Promise<SweepReport>
  #isOver = false

  /** Starts at once. */
  constructor(store: SessionStore) {
    this.#running = this.#sweeps(store)
  }

  /** Ends with the first sweep that finds nothing. */
  stop(): Promise<SweepReport> {
    this.#isOver = true
    return this.#running
  }

  async #sweeps(store: SessionStore): Promise<SweepReport> {
    let [sweeps, removed] = [0, 0]
    for (let found = 0; found > 0 || !this.#isOver; sweeps += 1) {
      await pause(everyMs)
      found = await store.sweep(limit)
      removed += found
    }
    return { sweeps, removed }
  }
}

if (process.send !== undefined) await run(JSON.parse(process.argv[2] ?? '') as StoreDescription)

async function run(description: StoreDescription): Promise<void> {
  const { store, disconnect } = await openStore(description)
  const sweeping = new Sweeping(store)
  process.once('message', () => void sweeping.stop().then(end))
  process.send?.('sweeping')

  async function end(report: SweepReport): Promise<void> {
    await store.close?.()
    await disconnect()
    process.send?.(report, () => process.disconnect())
  }
}
