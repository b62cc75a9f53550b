import { SekishoError } from '../../errors.ts'

/** @returns A reply as text, whether the client gave bytes, text or a number. */
export function textOf(reply: unknown): string {
  if (reply instanceof Uint8Array) return bufferOf(reply).toString()
  if (typeof reply === 'string' || typeof reply === 'number' || typeof reply === 'bigint') return String(reply)
  throw strange(reply)
}

/** @returns A reply as one of the words that a script answers with. */
export function oneOf<const T extends string>(reply: unknown, words: readonly T[]): T {
  const text = textOf(reply)
  const word = words.find((each) => each === text)
  if (word === undefined) throw strange(reply)
  return word
}

/** @returns A reply as a whole number. */
export function wholeNumberOf(reply: unknown): number {
  const text = textOf(reply)
  const number = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number)) throw strange(reply)
  return number
}

/** @returns A reply as a list. */
export function listOf(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw strange(reply)
}

/**
 * @returns A reply as bytes, `undefined` when there is none.
 * @throws SekishoError when the client has made text of it: whatever was no UTF-8 is lost by then.
 */
export function bytesOf(reply: unknown): Buffer | undefined {
  if (reply instanceof Uint8Array) return bufferOf(reply)
  if (reply === null || reply === undefined) return undefined
  throw strange(reply)
}

function bufferOf(bytes: Uint8Array): Buffer {
  if (bytes instanceof Buffer) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Only the kind is told: a reply may hold a session. */
function strange(reply: unknown): SekishoError {
  const kind = Array.isArray(reply) ? 'a list' : `a ${reply === null ? 'null' : typeof reply}`
  return new SekishoError(
    'ERR_STORE_UNAVAILABLE',
    `the redis client gave an answer that the store's scripts do not give: ${kind}; check that it is passed as it is, not wrapped`,
  )
}
