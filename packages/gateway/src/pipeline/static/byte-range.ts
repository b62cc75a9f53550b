/** A part of a file: the offsets of its first and its last octet. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * Reads a Range header of one part.
 *
 * @returns Undefined for anything to be ignored (RFC 9110, 14.2): another unit, bad syntax, or several parts, which then come as the
 * whole; `unsatisfiable` for a part that begins behind the end.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^\s*bytes\s*=\s*(?:(\d{1,15})\s*-\s*(\d{1,15})?|-\s*(\d{1,15}))\s*$/i.exec(header ?? '')
  if (match === null) return undefined
  const [, from, to, suffix] = match
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size)
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  const last = to === undefined ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== undefined && Number(to) < first) return undefined
  return first >= size ? 'unsatisfiable' : { first, last }
}
