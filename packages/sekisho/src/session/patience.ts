import { SekishoError } from '../errors.ts'
import { pause } from '../lib/pause.ts'

/** The longest pause between two attempts of a conflicting write. */
const MAX_PAUSE_MS = 50

/**
 * The pauses of one conflicting write: none at first, because whoever was faster is done by then; afterwards each a little
 * longer, at random, so that rivals do not meet again.
 *
 * @param limitMs When it has gone on for so long, the next pause throws `ERR_SESSION_CONFLICT`.
 */
export function patience(limitMs: number): () => Promise<void> {
  const deadline = performance.now() + limitMs
  let ceiling = 0
  return async () => {
    if (performance.now() > deadline) {
      throw new SekishoError('ERR_SESSION_CONFLICT', `other requests kept changing the session for ${limitMs} ms`)
    }
    if (ceiling > 0) await pause(Math.random() * ceiling)
    ceiling = Math.min(Math.max(ceiling * 2, 1), MAX_PAUSE_MS)
  }
}
