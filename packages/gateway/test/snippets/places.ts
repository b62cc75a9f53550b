/** The places that the listings name. */
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TestContext } from 'node:test'

/** Where listings 11 and 14 keep sessions. */
export const sessionDirectory = '/var/lib/apache2/session'
/** Where listing 16 has its users. */
export const passwordFile = '/etc/apache2/.htpasswd'

/** The table of listings 12 and 35, which do not say how its columns are made. */
export const table = 'CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, data TEXT NOT NULL)'

/** Somebody other than root, as numbers: the machine need not know the name. */
export interface User {
  readonly uid: number
  readonly gid: number
}

/** User and group of Apache on the systems that the article has in mind. */
export const apache: User = { uid: 48, gid: 48 }

/** Whether this process may act as somebody else: not as root of a namespace with nobody else in it. */
export const hasOthers: boolean = process.geteuid?.() === 0 && hasMoreUsers()

/** Makes the directory for one test, as the article does: root's own, open to one group. */
export function makeSessionDirectory(
  t: TestContext,
  { gid = 0, mode = 0o770 }: { readonly gid?: number; readonly mode?: number } = {},
): void {
  makeFolder(t, dirname(sessionDirectory))
  made(t, sessionDirectory, () => mkdirSync(sessionDirectory))
  if (gid !== 0) chownSync(sessionDirectory, 0, gid)
  chmodSync(sessionDirectory, mode)
}

/** Writes the file of users for one test. */
export function makePasswordFile(t: TestContext, text: string, mode = 0o640): void {
  makeFolder(t, dirname(passwordFile))
  made(t, passwordFile, () => writeFileSync(passwordFile, text, { flag: 'wx' }))
  chmodSync(passwordFile, mode)
}

/** Does something as somebody else, and comes back as root. Files, ports and directories are that user's. */
export async function asUser<T>({ uid, gid }: User, work: () => Promise<T>): Promise<T> {
  const groups = process.getgroups?.() ?? []
  process.setgroups?.([gid])
  process.setegid?.(gid)
  process.seteuid?.(uid)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
    process.setgroups?.(groups)
  }
}

/** Does something as root, in the middle of what somebody else does. */
export function asRoot(work: () => void): void {
  const uid = process.geteuid?.() ?? 0
  process.seteuid?.(0)
  try {
    work()
  } finally {
    process.seteuid?.(uid)
  }
}

/** The folders above, as far as they are missing. */
function makeFolder(t: TestContext, path: string): void {
  const first = mkdirSync(path, { recursive: true })
  if (first !== undefined) t.after(() => rmSync(first, { recursive: true }))
}

/** What was not there before goes with the test; what was is somebody else's. */
function made(t: TestContext, path: string, make: () => void): void {
  try {
    make()
  } catch (cause) {
    const why = `${path} cannot be made for this test, which touches nothing that it has not made`
    const mend = 'permit mount namespaces (unshare --mount), or run it as root in a container without an Apache'
    throw new Error(`${why}; ${mend}`, { cause })
  }
  t.after(() => rmSync(path, { recursive: true, force: true }))
}

/** `0 0 4294967295` on a machine, `0 1000 1` where root is all there is. */
function hasMoreUsers(): boolean {
  const [, , count] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)
  return Number(count) > apache.uid
}
