import type { SessionStore, TransferPage } from 'sekisho/store'
import { CopyInterruptedError, copySessions, type CopyProgress } from 'sekisho/store/copy'
import { storeFailure } from '../readied.ts'
import { unlistable } from '../pages.ts'
import type { Endpoint } from './endpoint.ts'
import type { ResumeFile, Stop } from './resume-file-node.ts'
import { Sample } from './sample.ts'

/** How a copy is made. */
export interface RunOptions {
  readonly resume: ResumeFile
  /** Where an earlier run stopped. */
  readonly stop: Stop | undefined
  readonly signal: AbortSignal
  /** Is told how many sessions have been looked at. */
  onProgress?(scanned: number): void
}

/** What a copy has done, the runs before it included. */
export interface CopyResult {
  readonly copied: number
  readonly kept: number
  /** Some of the sessions of this run. */
  readonly sample: Sample
}

/** So many sessions are in memory at a time. */
const pageSize = 250

/**
 * Copies all live sessions, from where an earlier run stopped. Whatever ends it, the file says where to go on.
 *
 * @throws CommandError when a store fails; the signal's reason when it was interrupted.
 */
export async function runCopy(from: Endpoint, to: Endpoint, options: RunOptions): Promise<CopyResult> {
  const { resume, stop, signal } = options
  for (const { id, store } of [from, to]) if (store.transfer === undefined) throw unlistable(id)
  const sample = new Sample()
  const onProgress = (progress: CopyProgress): void => {
    resume.note(progress, stop)
    options.onProgress?.(progress.scanned + (stop?.scanned ?? 0))
  }
  try {
    const { copied, kept } = await copySessions(sampled(from.store, sample), to.store, {
      pageSize,
      signal,
      onProgress,
      ...(stop !== undefined && { cursor: stop.cursor }),
    })
    return { copied: copied + (stop?.copied ?? 0), kept: kept + (stop?.kept ?? 0), sample }
  } catch (error) {
    resume.save()
    if (!(error instanceof CopyInterruptedError)) throw error
    throw storeFailure(error.message.includes('`from`') ? from : to, error.cause)
  }
}

/** The store, in which a sample looks at every page that is read. */
function sampled(store: SessionStore, sample: Sample): SessionStore {
  const { transfer } = store
  if (transfer === undefined) return store
  const scan = async (cursor: string | undefined, limit: number): Promise<TransferPage> => {
    const page = await transfer.scan(cursor, limit)
    for (const { address } of page.sessions) sample.offer(address)
    return page
  }
  const watched = { estimate: () => transfer.estimate(), restore: transfer.restore.bind(transfer), scan }
  return new Proxy(store, {
    get: (target, name) => (name === 'transfer' ? watched : (Reflect.get(target, name) as unknown)),
  })
}
