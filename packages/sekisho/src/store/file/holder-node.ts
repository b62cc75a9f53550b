import { isMissing, readFlags, type FileSystem } from './fs-node.ts'
import { parseIdentity, type Identity } from './identity-node.ts'

const identityBytes = 4096

/** Who is behind a lock or a process's directory. */
export interface Holder {
  /** The holder's nonce, or one made of the file's own number where it holds no identity. */
  readonly nonce: string
  readonly identity: Identity | undefined
  /** When the identity file was last linked, by the kernel's clock: not before the lock was taken. */
  readonly sinceMs: number
}

/** @returns Who holds the lock at `path`, `undefined` when there is none. */
export function readHolder(fs: FileSystem, path: string): Holder | undefined {
  let fd: number
  try {
    fd = fs.open(path, readFlags)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const { ino, ctimeMs } = fs.fstat(fd)
    const buffer = new Uint8Array(identityBytes)
    const length = fs.read(fd, buffer, 0, identityBytes, 0)
    const identity = parseIdentity(new TextDecoder().decode(buffer.subarray(0, length)))
    return { nonce: identity?.nonce ?? `inode-${ino}`, identity, sinceMs: ctimeMs }
  } finally {
    fs.close(fd)
  }
}
