import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { userInfo } from 'node:os'

/** Whom this process acts as: the user of the gateway. */
export function userNumbers(): { readonly uid: number; readonly gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
}

/** The name of that user, or its number. */
export function ownerName(): string {
  try {
    return userInfo().username
  } catch {
    // Not every number has a name.
    return `user ${userNumbers().uid}`
  }
}

/** The outermost directory above a path that this process may not pass through; undefined when it may pass all. */
export function blockedAncestor(path: string): string | undefined {
  const parent = dirname(path)
  if (parent === path) return undefined
  const above = blockedAncestor(parent)
  if (above !== undefined) return above
  return existsSync(parent) && !has(parent, constants.X_OK) ? parent : undefined
}

/** The nearest directory at or above a path that is there. */
export function firstThere(path: string): string {
  const parent = dirname(path)
  return existsSync(path) || parent === path ? path : firstThere(parent)
}

/** Whether this process may make files in a directory. */
export function isWritable(directory: string): boolean {
  return has(directory, constants.W_OK | constants.X_OK)
}

/** Whether this process may read a file that is there. */
export function canRead(path: string): boolean {
  return has(path, constants.R_OK)
}

/** Whether this process may write a file that is there. */
export function canAppend(path: string): boolean {
  return has(path, constants.W_OK)
}

function has(path: string, rights: number): boolean {
  try {
    accessSync(path, rights)
    return true
  } catch {
    return false
  }
}
