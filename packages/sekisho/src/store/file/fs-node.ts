/**
 * Every file-system call of the file store goes through this one object, so that a test can stop the process before or
 * after each of them.
 *
 * @module
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { sep } from 'node:path'
import { promisify } from 'node:util'

/** What the store looks at in a file's status. */
export interface FileStatus {
  /** Kind and permission bits. */
  readonly mode: number
  /** The owner. */
  readonly uid: number
  /** The group. */
  readonly gid: number
  /** Bytes. */
  readonly size: number
  /** The number of the inode. */
  readonly ino: number
  /** When the content was changed, or what `futimes` has set. */
  readonly mtimeMs: number
  /** When the inode was changed, by the kernel's clock. */
  readonly ctimeMs: number
  /** Whether it is a regular file. */
  isFile(): boolean
  /** Whether it is a directory. */
  isDirectory(): boolean
  /** Whether it is a symbolic link. */
  isSymbolicLink(): boolean
}

/**
 * The calls used, named as in `node:fs`. What a warm page cache answers in microseconds is synchronous: a detour over the
 * thread pool costs ten times the call. What waits for a disk (`fsync`) or grows with the tree (`readdir`) is not.
 */
export interface FileSystem {
  /** Opens a file. */
  open(path: string, flags: number, mode?: number): number
  /** Closes a descriptor. */
  close(fd: number): void
  /** Reads at a position. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number
  /** Writes on at the descriptor's position. */
  write(fd: number, buffer: Uint8Array, offset: number, length: number): number
  /** The status of an open file. */
  fstat(fd: number): FileStatus
  /** The status of what is at a path, links not followed. */
  lstat(path: string): FileStatus
  /** Sets the times of an open file, in seconds. */
  futimes(fd: number, atime: number, mtime: number): void
  /** Sets the permission bits. */
  chmod(path: string, mode: number): void
  /** Gives a file a second name, which must be free. */
  link(existing: string, path: string): void
  /** Removes a name. */
  unlink(path: string): void
  /** Moves a file or directory, over another file if there is one. */
  rename(from: string, to: string): void
  /** Creates a directory. */
  mkdir(path: string, mode: number): void
  /** Removes an empty directory. */
  rmdir(path: string): void
  /** The kind of the file system. */
  statfs(path: string): { readonly type: number }
  /** Waits until an open file is on the disk. */
  fsync(fd: number): Promise<void>
  /** The names in a directory. */
  readdir(path: string): Promise<string[]>
}

/** The real file system. */
export const nodeFileSystem: FileSystem = {
  open: openSync,
  close: closeSync,
  read: readSync,
  write: writeSync,
  fstat: fstatSync,
  lstat: lstatSync,
  futimes: futimesSync,
  chmod: chmodSync,
  link: linkSync,
  unlink: unlinkSync,
  rename: renameSync,
  mkdir: mkdirSync,
  rmdir: rmdirSync,
  statfs: statfsSync,
  fsync: promisify(fsync),
  readdir,
}

/** Opens for reading, never through a symbolic link, and never waiting for the other end of a FIFO. Windows has neither flag. */
export const readFlags: number = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Opens a file that must not exist yet. */
export const newFlags: number = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)

/** `join` for one name in a directory in normal form, without looking at every character of both (1.3 µs). */
export function pathIn(directory: string, name: string): string {
  return directory + sep + name
}

/** @returns The `code` of a system error such as `ENOENT`, `undefined` for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Whether the error says that a file or a directory on the way to it does not exist. */
export function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT'
}

/** Runs a clean-up step whose failure changes nothing that has been promised. */
export function attempt(step: () => void): void {
  try {
    step()
  } catch {
    // What is left behind is swept later.
  }
}

/** Writes everything: a full disk may first accept a part, and says ENOSPC when asked for the rest. */
export function writeAll(fs: FileSystem, fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += fs.write(fd, bytes, at, bytes.length - at)
}

/** @returns How many of the wanted bytes the file had. */
export function readUpTo(fs: FileSystem, fd: number, buffer: Uint8Array): number {
  let at = 0
  for (let got = -1; got !== 0 && at < buffer.length; at += got) got = fs.read(fd, buffer, at, buffer.length - at, at)
  return at
}
