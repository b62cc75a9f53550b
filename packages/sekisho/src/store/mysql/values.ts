/** @returns The same bytes as the driver sends them without a character set. */
export function binary(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Some 142,000 years: what is added to the clock must stay a safe integer. */
const latest = 2 ** 52

/** @returns Milliseconds as the columns keep them, never a shorter time; NULL for none. */
export function whole(ms: number): number
export function whole(ms: number | undefined): number | null
export function whole(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.min(Math.ceil(ms), latest)
}
