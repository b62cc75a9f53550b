import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const chunkSize = 64 * 1024

/** The end of a file, and where what comes after it begins. */
export interface FileEnd {
  readonly lines: readonly string[]
  /** Behind the last whole line. */
  readonly position: number
}

/**
 * The last lines of a file that are wanted, read from its end: a log may be larger than the memory.
 *
 * @throws The error of the system when it cannot be read.
 */
export function lastLines(path: string, count: number, isWanted: (line: string) => boolean): FileEnd {
  const file = openSync(path, 'r')
  try {
    const end = wholeEnd(file, fstatSync(file).size)
    return { lines: count === 0 ? [] : linesBefore(file, end, { count, isWanted }), position: end }
  } finally {
    closeSync(file)
  }
}

function linesBefore(
  file: number,
  end: number,
  { count, isWanted }: { readonly count: number; readonly isWanted: (line: string) => boolean },
): string[] {
  const found: string[] = []
  let position = end
  let cut = Buffer.alloc(0)
  while (position > 0 && found.length < count) {
    const size = Math.min(chunkSize, position)
    position -= size
    const chunk = Buffer.concat([readAt(file, position, size), cut])
    // The first line of a chunk may have begun in the one before it.
    const first = position === 0 ? 0 : startOfLine(chunk)
    cut = chunk.subarray(0, first)
    const lines = chunk.subarray(first).toString('utf8').split('\n')
    lines.pop()
    found.unshift(...lines.filter(isWanted))
  }
  return found.slice(-count)
}

/** Where the first line begins that is whole. */
function startOfLine(chunk: Buffer): number {
  const end = chunk.indexOf(10)
  return end === -1 ? chunk.length : end + 1
}

/** Behind the last line end: what stands after it is still being written. */
function wholeEnd(file: number, size: number): number {
  const length = Math.min(chunkSize, size)
  const last = readAt(file, size - length, length).lastIndexOf(10)
  if (last !== -1) return size - length + last + 1
  return length === size ? 0 : size
}

function readAt(file: number, position: number, size: number): Buffer {
  const chunk = Buffer.alloc(size)
  return chunk.subarray(0, readSync(file, chunk, 0, size, position))
}
