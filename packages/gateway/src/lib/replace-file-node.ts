import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** How a file is replaced. */
export interface ReplaceOptions {
  /** The mode of a file that was not there (default 0600). One that was there keeps its own, and its owner. */
  readonly mode?: number
}

/**
 * Replaces the whole of a file at once: readers see what was there or what is new, and a crash leaves one of the two. A symbolic
 * link stays, and what it points to is replaced.
 *
 * @throws The error of the system; nothing has changed then.
 */
export function replaceFile(path: string, content: Uint8Array | string, { mode = 0o600 }: ReplaceOptions = {}): void {
  const before = statSync(path, { throwIfNoEntry: false })
  const target = before === undefined ? path : realpathSync(path)
  const draft = join(dirname(target), `.sekisho-${randomBytes(9).toString('base64url')}`)
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(file, content)
    // The owner goes first: changing him takes special bits of the mode away.
    if (before !== undefined) keepOwner(file, before)
    fchmodSync(file, (before?.mode ?? mode) & 0o7777)
    fsyncSync(file)
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

/** @throws EPERM when the file is somebody else's: replacing it would take it away from him. */
function keepOwner(file: number, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  if (uid === process.geteuid?.() && gid === process.getegid?.()) return
  fchownSync(file, uid, gid)
}
