import { accessSync, closeSync, constants, linkSync, lstatSync, openSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../../config/diagnostics.ts'
import { denied, errnoOf, fileFault, quoted } from './file-faults-node.ts'

/**
 * Whether a directory can hold sessions: it belongs to this process's user, or to root and one of the process's groups.
 *
 * @returns What is not as it should be, and can be lived with.
 * @throws SekishoError `Permission denied: …` with the commands that mend it.
 */
export function checkDirectory(directory: string): Problem | undefined {
  const status = statusOf(directory)
  if (!status.isDirectory()) throw denied(directory, undefined, ' is no directory')
  const [user, groups] = [process.geteuid?.() ?? status.uid, groupsOf(status)]
  const isOwn = status.uid === user || (status.uid === 0 && groups.includes(status.gid))
  if (!isOwn) throw denied(directory, undefined, ` belongs to user ${status.uid} and group ${status.gid}`)
  tryOut(directory)
  return (status.mode & 0o007) === 0 ? undefined : openToAll(directory, status)
}

function statusOf(directory: string): Stats {
  try {
    return lstatSync(directory)
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') throw denied(directory, cause, ' does not exist')
    throw fileFault(directory, cause)
  }
}

function groupsOf({ gid }: Stats): number[] {
  return [process.getegid?.() ?? gid, ...(process.getgroups?.() ?? [])]
}

/** A file is made, linked and removed: what every session will need. */
function tryOut(directory: string): void {
  const trial = join(directory, `.sekisho-trial-${process.pid}`)
  const linked = `${trial}-link`
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    rmSync(trial, { force: true })
    closeSync(openSync(trial, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600))
    rmSync(linked, { force: true })
    linkSync(trial, linked)
  } catch (cause) {
    throw fileFault(directory, cause)
  } finally {
    rmSync(trial, { force: true })
    rmSync(linked, { force: true })
  }
}

function openToAll(directory: string, { mode }: Stats): Problem {
  const message = `Everybody on this machine can look into ${directory}, where sessions are kept`
  const found = `mode ${(mode & 0o777).toString(8)}`
  return { code: 'weak-setting', message, expected: 'mode 770 or 700', found, fix: `chmod o= ${quoted(directory)}` }
}
