import { isMissing, readFlags, readUpTo, type FileStatus, type FileSystem } from './fs-node.ts'

/** A small file as found. */
export interface SmallFile {
  readonly text: string
  readonly status: FileStatus
}

/** @returns At most so many bytes of a file as text, `undefined` when there is none. */
export function readSmallFile(fs: FileSystem, path: string, mostBytes: number): SmallFile | undefined {
  let fd: number
  try {
    fd = fs.open(path, readFlags)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const bytes = new Uint8Array(mostBytes)
    const length = readUpTo(fs, fd, bytes)
    return { text: new TextDecoder().decode(bytes.subarray(0, length)), status: fs.fstat(fd) }
  } finally {
    fs.close(fd)
  }
}
