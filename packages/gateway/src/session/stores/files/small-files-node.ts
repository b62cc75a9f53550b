import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoOf } from './file-faults-node.ts'

/** More is no session of ours. */
const mostOctets = 16 * 1024 * 1024

/** How the name of a file begins that is being written. */
export const draftPrefix = '.sekisho-draft-'

/** Neither a symbolic link is followed, nor a named pipe waited for. */
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const newFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/**
 * What is in a file; undefined when there is none.
 *
 * @param root The directory that was configured. Where that is missing nothing is known about the file, and the error says so.
 */
export function readText(path: string, root: string): string | undefined {
  let file: number
  try {
    file = openSync(path, readFlags)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && existsSync(root)) return undefined
    throw error
  }
  try {
    const status = fstatSync(file)
    return status.isFile() && status.size <= mostOctets ? readFileSync(file, 'latin1') : undefined
  } finally {
    closeSync(file)
  }
}

/**
 * Writes text beside the file that it is to become, mode 0600.
 *
 * @param root The directory that was configured. Those between it and the file are made when they are first needed; it itself
 * never is, because it may be a disk that is not there.
 * @returns The path of the draft.
 */
export function writeDraft(path: string, text: string, root: string): string {
  const draft = join(dirname(path), `${draftPrefix}${randomBytes(9).toString('base64url')}`)
  const file = openDraft(draft, root)
  try {
    writeFileSync(file, text, 'latin1')
    return draft
  } catch (error) {
    discard(draft)
    throw error
  } finally {
    closeSync(file)
  }
}

function openDraft(draft: string, root: string): number {
  try {
    return openSync(draft, newFlags, 0o600)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || dirname(draft) === root || !existsSync(root)) throw error
    mkdirSync(dirname(draft), { recursive: true, mode: 0o700 })
    return openSync(draft, newFlags, 0o600)
  }
}

/** Makes a draft the file. @returns False, when there is a file already. */
export function publishNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  } finally {
    discard(draft)
  }
}

/** Makes a draft the file, in place of what is there. */
export function publishOver(draft: string, path: string): void {
  renameSync(draft, path)
}

/** Removes a file. @returns Whether there was one. */
export function remove(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

export function discard(draft: string): void {
  try {
    unlinkSync(draft)
  } catch {
    // Left behind, it is swept later.
  }
}
