import { parentPort } from 'node:worker_threads'
import type { HashJob, HashResult } from './hash-job.ts'
import { isUnusable, readStoredPassword } from './stored-password.ts'

/** What may be used at all was decided by whoever sent the job. */
const everything = new Set(['des', 'plain'] as const)

parentPort?.on('message', (job: HashJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  void answer(job).then((result) => parentPort?.postMessage(result))
})

async function answer({ stored, password }: HashJob): Promise<HashResult> {
  try {
    const reading = readStoredPassword(stored, everything)
    if (isUnusable(reading)) return { failure: reading.problem }
    return { matches: await reading.matches(Buffer.from(password.buffer, password.byteOffset, password.byteLength)) }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  } finally {
    password.fill(0)
  }
}
