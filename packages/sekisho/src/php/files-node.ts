import { optionError } from '../errors.ts'
import { wholeNumber } from '../lib/whole-number.ts'
import { checkedFlock, type Flock } from './files/flock-node.ts'
import type { RowStore } from '../store/rows.ts'
import { FilesHandler } from './files/handler-node.ts'
import { FileRows } from './files/rows-node.ts'
import { parseSavePath, type SavePath } from './files/save-path.ts'
import type { SaveHandlerModule } from './handler/contract.ts'

export { fsExtFlock, koffiFlock, programFlock, type Flock, type FsExt, type Koffi } from './files/flock-node.ts'

/** Settings of {@link phpFileRows}. */
export interface PhpFileRowsOptions {
  /** PHP's `session.save_path`: `[depth;[mode;]]directory`. There is no default. */
  readonly savePath: string
  /** How files are locked: `koffiFlock(koffi)`, `fsExtFlock(fsExt)` or `programFlock()`. Node cannot do it by itself. */
  readonly flock: Flock
  /** For how many milliseconds a write waits for a page of PHP that has the session (1,500); less than `storeTimeout.writeMs`. */
  readonly waitMs?: number
  /** PHP's `session.gc_maxlifetime`, in seconds (1440): what `sharedWithPhp` has too. */
  readonly maxLifetime?: number
}

/**
 * PHP's session files as rows, for `sharedWithPhp`.
 *
 * @throws SekishoUsageError `ERR_OPTION`
 */
export function phpFileRows(options: PhpFileRowsOptions): RowStore<Uint8Array> {
  const { savePath, flock, waitMs = 1500, maxLifetime = 1440 } = options
  if (typeof savePath !== 'string' || savePath === '') {
    throw optionError('savePath', "PHP's `session.save_path`, such as /var/lib/php/sessions", savePath)
  }
  return new FileRows({
    path: pathOf(savePath),
    flock: checkedFlock(flock),
    waitMs: wholeNumber('waitMs', waitMs, 0),
    maxLifetime: wholeNumber('maxLifetime', maxLifetime, 1),
  })
}

function pathOf(savePath: string): SavePath {
  try {
    return parseSavePath(savePath)
  } catch {
    throw optionError('savePath', '`[depth;[mode;]]directory` with a decimal depth and an octal mode', savePath)
  }
}

/** Settings of {@link files}. */
export interface FilesOptions {
  /** How files are locked: `koffiFlock(koffi)`, `fsExtFlock(fsExt)` or `programFlock()`. Node cannot do it by itself. */
  readonly flock: Flock
  /** For how many milliseconds a session that another request works with is waited for (30,000). PHP waits for ever. */
  readonly waitMs?: number
  /**
   * Whether a session that is older than `session.gc_maxlifetime`, and that no sweep has removed yet, is one (`false`). PHP takes
   * it.
   */
  readonly acceptExpired?: boolean
}

/**
 * PHP's `files` handler: the same files under the same locks as a PHP that runs beside it, as the same user.
 *
 * @throws SekishoUsageError `ERR_OPTION` when nothing is given to lock files with.
 *
 * @example
 * ```ts
 * import koffi from 'koffi'
 * const handler = files({ flock: koffiFlock(koffi) })
 * ```
 */
export function files(options: FilesOptions): SaveHandlerModule {
  const { flock, waitMs = 30_000, acceptExpired = false } = options ?? {}
  const terms = { flock: checkedFlock(flock), waitMs: wholeNumber('waitMs', waitMs, 0), acceptExpired }
  return Object.freeze<SaveHandlerModule>({ name: 'files', create: (ini) => new FilesHandler(terms, ini) })
}
