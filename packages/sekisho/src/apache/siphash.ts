/**
 * SipHash-2-4, a keyed hash of 64 bits (Aumasson and Bernstein, 2012), on halves of 32 bits: BigInt takes ten times as long.
 *
 * @module
 */

/** 64 bits, as two signed numbers of 32. */
interface Word {
  low: number
  high: number
}

type State = readonly [Word, Word, Word, Word]

/**
 * Hashes a message.
 *
 * @param key 16 octets.
 * @returns 8 octets, the least significant first.
 */
export function sipHash24(key: Buffer, message: Uint8Array): Buffer {
  const state = initialState(key)
  const end = message.length - (message.length % 8)
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  for (let at = 0; at < end; at += 8) absorb(state, view.getInt32(at, true), view.getInt32(at + 4, true))
  const last = Buffer.alloc(8)
  last.set(message.subarray(end))
  last[7] = message.length
  absorb(state, last.readInt32LE(0), last.readInt32LE(4))
  return finish(state)
}

/** The constants spell `somepseudorandomlygeneratedbytes`. */
function initialState(key: Buffer): State {
  const [low0, high0, low1, high1] = [key.readInt32LE(0), key.readInt32LE(4), key.readInt32LE(8), key.readInt32LE(12)]
  return [
    { low: low0 ^ 0x70736575, high: high0 ^ 0x736f6d65 },
    { low: low1 ^ 0x6e646f6d, high: high1 ^ 0x646f7261 },
    { low: low0 ^ 0x6e657261, high: high0 ^ 0x6c796765 },
    { low: low1 ^ 0x79746573, high: high1 ^ 0x74656462 },
  ]
}

function absorb(state: State, low: number, high: number): void {
  const [v0, , , v3] = state
  v3.low ^= low
  v3.high ^= high
  rounds(state, 2)
  v0.low ^= low
  v0.high ^= high
}

function finish(state: State): Buffer {
  const [v0, v1, v2, v3] = state
  v2.low ^= 0xff
  rounds(state, 4)
  const hash = Buffer.allocUnsafe(8)
  hash.writeInt32LE(v0.low ^ v1.low ^ v2.low ^ v3.low, 0)
  hash.writeInt32LE(v0.high ^ v1.high ^ v2.high ^ v3.high, 4)
  return hash
}

function rounds([v0, v1, v2, v3]: State, count: number): void {
  for (let round = 0; round < count; round += 1) {
    mix(v0, v1, 13)
    swapHalves(v0)
    mix(v2, v3, 16)
    mix(v0, v3, 21)
    mix(v2, v1, 17)
    swapHalves(v2)
  }
}

/** `a += b; b <<<= distance; b ^= a`. */
function mix(a: Word, b: Word, distance: number): void {
  const { low, high } = b
  const sum = (a.low >>> 0) + (low >>> 0)
  a.low = sum | 0
  a.high = (a.high + high + (sum > 0xffffffff ? 1 : 0)) | 0
  b.low = ((low << distance) | (high >>> (32 - distance))) ^ a.low
  b.high = ((high << distance) | (low >>> (32 - distance))) ^ a.high
}

function swapHalves(word: Word): void {
  const { low } = word
  word.low = word.high
  word.high = low
}
