import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { optionError, SekishoError } from '../../errors.ts'
import type { Awaitable } from '../handler/contract.ts'

/**
 * Tries to take the lock of flock(2) on an open file, for whoever has the descriptor; closing it gives the lock back. It never
 * waits. Rejects when the system refuses for any other reason than that somebody else has the lock.
 *
 * @param fd The descriptor.
 * @param kind `shared`: beside others who read.
 * @returns Whether the lock was free.
 */
export type Flock = (fd: number, kind: 'exclusive' | 'shared') => Awaitable<boolean>

/** The part of koffi (3 or later) that is used. */
export interface Koffi {
  /** The library of a path, `null` for what the process has loaded. */
  load(path: string | null): { func(definition: string): (...values: number[]) => unknown }
  /** `errno` of the last call. */
  errno(): number
}

/** The part of fs-ext and fs-ext-extra-prebuilt that is used. */
export interface FsExt {
  /** Throws what Node's own calls would throw. */
  flockSync(fd: number, flags: 'exnb' | 'shnb'): void
}

const { EAGAIN, EINTR, EWOULDBLOCK } = constants.errno
/** sys/file.h, the same on Linux, macOS and the BSDs. */
const operations = { shared: 1 | 4, exclusive: 2 | 4 }
const busy: ReadonlySet<unknown> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EACCES'])

/**
 * flock(2) called through koffi (`npm install koffi`), which brings its own binaries and needs no compiler: half a microsecond a call.
 *
 * @example
 * ```ts
 * import koffi from 'koffi'
 * const handler = files({ flock: koffiFlock(koffi) })
 * ```
 */
export function koffiFlock(koffi: Koffi): Flock {
  if (typeof koffi?.load !== 'function' || typeof koffi.errno !== 'function') {
    throw optionError('koffi', "what `import koffi from 'koffi'` gives (npm install koffi)", koffi)
  }
  if (process.platform === 'win32') throw optionError('koffi', 'used where there is flock(2): not on Windows', 'win32')
  const flock = koffi.load(null).func('int flock(int, int)')
  return (fd, kind) => {
    for (;;) {
      if (flock(fd, operations[kind]) === 0) return true
      const code = koffi.errno()
      if (code === EWOULDBLOCK || code === EAGAIN) return false
      if (code !== EINTR) throw refused(`errno ${code}`)
    }
  }
}

/** flock(2) of fs-ext or fs-ext-extra-prebuilt, for those who have one of them already. */
export function fsExtFlock(fsExt: FsExt): Flock {
  if (typeof fsExt?.flockSync !== 'function') {
    throw optionError('fsExt', "what `import fsExt from 'fs-ext'` gives (npm install fs-ext)", fsExt)
  }
  return (fd, kind) => {
    try {
      fsExt.flockSync(fd, kind === 'exclusive' ? 'exnb' : 'shnb')
      return true
    } catch (error) {
      if (busy.has((error as { code?: unknown }).code)) return false
      throw refused('fs-ext failed', error)
    }
  }
}

/**
 * flock(1) of util-linux, which is on nearly every Linux: no package, but a process for each try (1 to 16 ms). The child locks the
 * open file that it was handed, which is ours, so the lock stays when the child ends.
 *
 * @param program Its name or path.
 */
export function programFlock(program = 'flock'): Flock {
  return async (fd, kind) => {
    const child = spawn(program, [kind === 'exclusive' ? '-xn' : '-sn', '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    })
    const [code] = (await once(child, 'exit').catch((error: unknown) => {
      throw refused(`${program} could not be started; install util-linux, or use koffiFlock`, error)
    })) as [number | null]
    if (code === 0) return true
    if (code === 1) return false
    throw refused(`${program} ended with ${code ?? 'a signal'}`)
  }
}

/** Says what is wrong with an option that should be a {@link Flock}, and how to get one. */
export function checkedFlock(flock: Flock | undefined): Flock {
  if (typeof flock === 'function') return flock
  throw optionError('flock', '`koffiFlock(koffi)` (npm install koffi), `fsExtFlock(fsExt)` or `programFlock()`', flock)
}

function refused(reason: string, cause?: unknown): SekishoError {
  return new SekishoError('ERR_STORE_UNAVAILABLE', `the system refused to lock a session file: ${reason}`, { cause })
}
