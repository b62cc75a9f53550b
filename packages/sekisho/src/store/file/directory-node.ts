import { dirname } from 'node:path'
import type { SekishoError } from '../../errors.ts'
import { quoted, setupFault } from './faults-node.ts'
import { errnoOf, isMissing, type FileStatus, type FileSystem } from './fs-node.ts'

/** Whom the process runs as; absent on systems without user ids. */
export interface Owner {
  readonly uid: number
  readonly gid: number
  /** Every group of the process, the effective one included. */
  readonly groups: readonly number[]
}

/** @returns The process's own user and groups, `undefined` on Windows. */
export function currentOwner(): Owner | undefined {
  const [uid, gid, groups] = [process.geteuid?.(), process.getegid?.(), process.getgroups?.()]
  return uid === undefined || gid === undefined ? undefined : { uid, gid, groups: [gid, ...(groups ?? [])] }
}

/** File systems on which `link` and `rename` are not atomic for all, or are served by another machine's clock (statfs(2), `f_type`). */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x564c, 'NCP'],
  [0x01021997, '9p'],
  // FUSE may be anything, sshfs and GlusterFS included: who knows that his is local says so with the option.
  [0x65735546, 'FUSE'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'CODA'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
])

/** Refuses a network file system. Elsewhere than on Linux `f_type` means something else, and nothing is refused. */
export function refuseNetworkFileSystem(fs: FileSystem, path: string): void {
  if (process.platform !== 'linux') return
  const name = networkFileSystems.get(fs.statfs(path).type >>> 0)
  if (name === undefined) return
  throw setupFault(
    `${path} is on a network file system (${name}), where locks and renames are not reliable`,
    'a directory on a local disk, a SQL or Redis store, or `allowNetworkFileSystem: true` if only one machine uses it',
  )
}

/** Creates the root, and parents of it that are missing, with mode 0700; refuses a root that others could read or change. */
export function prepareRoot(fs: FileSystem, path: string, owner: Owner | undefined): void {
  const status = statusOf(fs, path) ?? createRoot(fs, path, owner)
  refuseOddity(path, status)
  if (owner === undefined) return
  const mode = status.mode & 0o777
  if ((mode & 0o007) !== 0) throw wrong(path, mode, `chmod ${status.uid === owner.uid ? '700' : 'o='} ${quoted(path)}`)
  if (status.uid === owner.uid) refuseOwnMode(path, status, owner)
  else refuseForeignRoot(path, status, owner)
}

/**
 * Creates a directory inside the root with mode 0700 when it is missing, and refuses a symbolic link or one of somebody
 * else's in its place.
 */
export function prepareInside(fs: FileSystem, path: string, owner: Owner | undefined): void {
  const status = statusOf(fs, path) ?? createDirectory(fs, path)
  checkInside(path, status, owner)
}

/** Refuses a directory inside the root that is not the store's own. @returns Whether there is one. */
export function isInside(fs: FileSystem, path: string, owner: Owner | undefined): boolean {
  const status = statusOf(fs, path)
  if (status !== undefined) checkInside(path, status, owner)
  return status !== undefined
}

function checkInside(path: string, status: FileStatus, owner: Owner | undefined): void {
  refuseOddity(path, status)
  if (owner === undefined) return
  if (status.uid !== owner.uid) throw foreign(path, status, owner, `chown -R ${owner.uid} ${quoted(path)}`)
  const mode = status.mode & 0o777
  if ((mode & 0o077) !== 0 || (mode & 0o700) !== 0o700) throw wrong(path, mode, `chmod 700 ${quoted(path)}`)
}

function statusOf(fs: FileSystem, path: string): FileStatus | undefined {
  try {
    return fs.lstat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function createRoot(fs: FileSystem, path: string, owner: Owner | undefined): FileStatus {
  try {
    for (const parent of missingParents(fs, path)) prepareInside(fs, parent, owner)
    return createDirectory(fs, path)
  } catch (error) {
    const code = errnoOf(error) ?? 'unknown error'
    if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'EPERM') throw error
    const what = `${path} does not exist, and creating it failed (${code})`
    throw setupFault(what, install(path, owner), { cause: error })
  }
}

/** @returns The outermost first. What exists is left as it is: whom it lets in is not the store's to decide. */
function missingParents(fs: FileSystem, path: string): string[] {
  const parent = dirname(path)
  if (parent === path || statusOf(fs, parent) !== undefined) return []
  return [...missingParents(fs, parent), parent]
}

/** `mkdir` obeys the umask, which may take away even the owner's bits, and the set-group-id bit is inherited: hence the chmod. */
function createDirectory(fs: FileSystem, path: string): FileStatus {
  try {
    fs.mkdir(path, 0o700)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    return fs.lstat(path)
  }
  const status = fs.lstat(path)
  if ((status.mode & 0o777) === 0o700 || process.platform === 'win32') return status
  fs.chmod(path, 0o700)
  return fs.lstat(path)
}

function refuseOddity(path: string, status: FileStatus): void {
  if (status.isDirectory()) return
  const what = status.isSymbolicLink() ? 'a symbolic link, which is never followed' : 'not a directory'
  throw setupFault(`${path} is ${what}`, `rm ${quoted(path)}, or name the directory itself`)
}

/** Our own directory may be open to a group of ours, never writable by any other. */
function refuseOwnMode(path: string, status: FileStatus, owner: Owner): void {
  const mode = status.mode & 0o777
  const foreignGroup = (mode & 0o020) !== 0 && !owner.groups.includes(status.gid)
  if (foreignGroup || (mode & 0o700) !== 0o700) throw wrong(path, mode, `chmod 700 ${quoted(path)}`)
}

/** As packages set it up: root owns the directory, the service's group may create in it (2770 or 1730). */
function refuseForeignRoot(path: string, status: FileStatus, owner: Owner): void {
  if (status.uid !== 0) throw foreign(path, status, owner, `chown -R ${owner.uid}:${owner.gid} ${quoted(path)}`)
  if (!owner.groups.includes(status.gid)) throw foreign(path, status, owner, install(path, owner))
  const mode = status.mode & 0o777
  if ((mode & 0o030) !== 0o030) throw wrong(path, mode, `chmod g+wx ${quoted(path)}`)
}

function wrong(path: string, mode: number, mend: string): SekishoError {
  return setupFault(`${path} has mode 0${mode.toString(8).padStart(3, '0')}, which is not safe for sessions`, mend)
}

function foreign(path: string, status: FileStatus, owner: Owner, mend: string): SekishoError {
  const [theirs, ours] = [`${status.uid}:${status.gid}`, `${owner.uid}:${owner.gid}`]
  return setupFault(`${path} belongs to user and group ${theirs}, this process is ${ours}`, mend)
}

function install(path: string, owner: Owner | undefined): string {
  const who = owner === undefined ? '' : `-o ${owner.uid} -g ${owner.gid} `
  return `install -d -m 0700 ${who}${quoted(path)}`
}
