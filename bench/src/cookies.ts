/** What a browser would send back for these lines of `Set-Cookie`. */
export function cookiePairs(lines: readonly string[]): string {
  return lines.map((line) => line.split(';', 1)[0] ?? '').join('; ')
}

/** The octets of these lines of `Set-Cookie`, without the name of the header. */
export function octetsOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0)
}
