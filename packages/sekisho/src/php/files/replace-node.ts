import { ftruncateSync, writeSync } from 'node:fs'

/** So much lies in one page: the kernel copies it in one piece, and no kill comes between. */
const pageBytes = 4096

/** A short write, as a full disk or a limit on the size of files makes it. */
export class ShortWrite extends Error {
  /** So many bytes the disk took. */
  readonly written: number
  /** What has become of the session, in words. */
  readonly state: string

  /** @param isRestored Whether the file has its former content again. @param cause What the system says. */
  constructor(written: number, wanted: number, isRestored: boolean, cause: unknown) {
    const state = isRestored ? 'the session is as it was' : 'the former content could not be put back'
    super(`only ${written} of ${wanted} bytes of a session could be written; ${state}`, { cause })
    this.name = 'ShortWrite'
    this.written = written
    this.state = state
  }
}

/**
 * Writes new content over the old one, in place: the lock belongs to the inode, so a renamed new file would let PHP, which
 * does not look again, go on with the old one.
 *
 * What is not shorter and lies within one page takes one system call. For the rest the file is first cut to one byte: no new
 * beginning can ever stand before an old end (CVE-2026-126714), as PHP 8.2.36 ensures by cutting it to none. That would make
 * ext4 write the file to the disk when it is closed, one to three milliseconds a time; one byte costs nothing.
 *
 * @throws ShortWrite when not all could be written; the old content is then back, if that was possible.
 */
export function replaceContent(fd: number, before: Uint8Array, after: Uint8Array): void {
  if (after.length === 0) return ftruncateSync(fd, 0)
  const isOneStep = after.length >= before.length && after.length <= pageBytes
  try {
    if (!isOneStep && before.length > 1) ftruncateSync(fd, 1)
    writeAll(fd, after)
  } catch (error) {
    const { written, cause } = error instanceof Partly ? error : { written: 0, cause: error }
    throw new ShortWrite(written, after.length, putBack(fd, before), cause)
  }
}

/** How far a write came. */
class Partly extends Error {
  readonly written: number

  constructor(written: number, cause: unknown) {
    super(`the disk took ${written} bytes`, { cause })
    this.written = written
  }
}

/** A full disk first accepts a part, and says ENOSPC when asked for the rest. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, at)
  } catch (error) {
    throw new Partly(at, error)
  }
}

function putBack(fd: number, before: Uint8Array): boolean {
  try {
    ftruncateSync(fd, Math.min(before.length, 1))
    writeAll(fd, before)
    return true
  } catch {
    return false
  }
}
