import { atMost } from '../../lib/at-most.ts'
import { pagesOf } from '../pages.ts'
import type { Endpoint } from './endpoint.ts'

/** How the end of a move is made. */
export interface FinishOptions {
  readonly signal: AbortSignal
  /** Is told how many sessions have been looked at. */
  onProgress?(seen: number): void
}

const concurrency = 8

/**
 * Ends in the new store what has ended in the old one since it was copied: a copy takes nothing away again, and somebody who has
 * logged out meanwhile would be logged in again. To be done before the new store is in use, because its own new sessions are not
 * in the old one either.
 *
 * @returns How many were ended.
 */
export async function endWhatHasEnded(
  from: Endpoint,
  to: Endpoint,
  { signal, onProgress }: FinishOptions,
): Promise<number> {
  let [ended, seen] = [0, 0]
  for await (const page of pagesOf(to, signal)) {
    await atMost(concurrency, page, async ({ address, stored }) => {
      if ((await from.store.read(address)) !== undefined) return
      if ((await to.store.delete(address, stored.version)) === 'deleted') ended += 1
    })
    seen += page.length
    onProgress?.(seen)
  }
  return ended
}
