import { closeSync, fstatSync, lstatSync, openSync, unlinkSync, type Stats } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { pause } from '../../lib/pause.ts'
import type { Flock } from './flock-node.ts'
import type { SavePath } from './save-path.ts'
import { codeOf, forLock, isAt } from './session-file-node.ts'

/** So many files are looked at before others of the process have their turn. */
const filesPerTurn = 200
const prefix = 'sess_'

/** What a sweep works with. */
export interface SweepTerms {
  readonly path: SavePath
  readonly flock: Flock
  /** A file is dead when it was last used more than so many seconds ago. */
  readonly maxLifetime: number
  /** At most so many are removed. */
  readonly limit: number
}

/**
 * Removes dead files, each under its lock: one that a request of PHP or of ours works with is spared, however old it is. What
 * was used between the look and the lock is spared too.
 *
 * @returns How many were removed.
 * @throws What the system says when the directory cannot be listed.
 */
export async function sweepFiles(terms: SweepTerms): Promise<number> {
  const { path, limit, maxLifetime } = terms
  let [removed, seen] = [0, 0]
  for await (const file of sessionFiles(path.directory, path.depth)) {
    if (removed >= limit) break
    seen += 1
    if (seen % filesPerTurn === 0) await pause(0)
    const status = lstatSync(file, { throwIfNoEntry: false })
    if (isDead(status, maxLifetime) && (await removeUnused(file, terms))) removed += 1
  }
  return removed
}

/** The paths of all session files below a directory. */
export async function* sessionFiles(directory: string, depth: number): AsyncGenerator<string, void, undefined> {
  for await (const entry of await opendir(directory)) {
    const path = `${directory}/${entry.name}`
    if (depth === 0 && entry.name.startsWith(prefix) && !entry.isDirectory()) yield path
    else if (depth > 0 && entry.isDirectory() && entry.name.length === 1) yield* sessionFiles(path, depth - 1)
  }
}

/** @returns The id in the name of a session's file. */
export function idOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1 + prefix.length)
}

/** Whether this is a file that is to be removed. */
export function isDead(status: Stats | undefined, maxLifetime: number): boolean {
  return status?.isFile() === true && isTooOld(status.mtimeMs, maxLifetime)
}

/** As PHP counts, in whole seconds: what is exactly so old stays. */
export function isTooOld(mtimeMs: number, maxLifetime: number): boolean {
  return Math.floor(Date.now() / 1000) - Math.floor(mtimeMs / 1000) > maxLifetime
}

async function removeUnused(file: string, { flock, maxLifetime }: SweepTerms): Promise<boolean> {
  const fd = opened(file)
  if (fd === undefined) return false
  try {
    if (!(await flock(fd, 'exclusive'))) return false
    const held = fstatSync(fd)
    if (!isAt(file, held) || !isDead(held, maxLifetime)) return false
    unlinkSync(file)
    return true
  } finally {
    closeSync(fd)
  }
}

/** Somebody may have removed it, and what we may not open is not ours to remove. */
function opened(file: string): number | undefined {
  try {
    return openSync(file, forLock)
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'ELOOP'].includes(String(codeOf(error)))) return undefined
    throw error
  }
}
