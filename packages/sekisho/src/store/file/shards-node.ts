import { setImmediate as turn } from 'node:timers/promises'
import { isMissing } from './fs-node.ts'
import type { Home } from './home-node.ts'

/** Longest time in milliseconds for which the event loop is held, one file more or less. */
const sliceMs = 5

/** The names of a tree's shards, in order: the first two digits of what they hold. */
export const shardNames: readonly string[] = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'))

/** @returns The names in a directory of the store, none when it does not exist. */
export async function namesIn(home: Home, directory: string): Promise<string[]> {
  if (!home.has(directory)) return []
  try {
    return await home.fs.readdir(directory)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Lets others have their turn in a long run of short synchronous steps. */
export class Breath {
  #began = performance.now()

  /** Waits for a turn of the event loop when it has been held long enough. To be called between two steps. */
  async take(): Promise<void> {
    if (performance.now() - this.#began < sliceMs) return
    await turn()
    this.#began = performance.now()
  }
}
