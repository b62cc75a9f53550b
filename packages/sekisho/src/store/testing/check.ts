import type { Awaitable, SessionRecord, StoredSession } from '../contract.ts'

/** Fails with a message that says what was looked at. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** Compares two plain values. */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return
  throw new Error(`${what}: expected ${shown(expected)}, got ${shown(actual)}`)
}

/** Compares two lists in which the order does not matter. */
export function sameMembers(actual: readonly string[], expected: readonly string[], what: string): void {
  sameList(actual.toSorted(), expected.toSorted(), what)
}

/** Compares two lists. */
export function sameList(actual: unknown, expected: readonly unknown[] | undefined, what: string): void {
  same(JSON.stringify(actual), JSON.stringify(expected), what)
}

/** Compares every field of a record; a field that was left out must be absent or `undefined`, and not `null`. */
export function sameRecord(actual: SessionRecord, expected: SessionRecord): void {
  same(actual.generation, expected.generation, 'generation')
  same(actual.current, expected.current, 'current')
  same(actual.previous?.verifier, expected.previous?.verifier, 'previous.verifier')
  same(actual.previous?.until, expected.previous?.until, 'previous.until')
  same(actual.previous?.handoff, expected.previous?.handoff, 'previous.handoff')
  same(actual.previous === undefined, expected.previous === undefined, 'previous is absent')
  same(actual.rotatedAt, expected.rotatedAt, 'rotatedAt')
  same(actual.authenticatedAt, expected.authenticatedAt, 'authenticatedAt')
  same(actual.principal, expected.principal, 'principal')
  same(actual.epoch, expected.epoch, 'epoch')
  sameList(actual.amr, expected.amr, 'amr')
  same(actual.device, expected.device, 'device')
  same(actual.dataVersion, expected.dataVersion, 'dataVersion')
  sameList(actual.writeIds, expected.writeIds, 'writeIds')
  sameBytes(actual.payload, expected.payload)
}

/** Compares two payloads byte by byte. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  same(actual instanceof Uint8Array, true, 'the payload is a Uint8Array')
  same(actual.length, expected.length, 'the length of the payload')
  for (let at = 0; at < expected.length; at += 1) {
    if (actual[at] !== expected[at]) same(actual[at], expected[at], `byte ${at} of the payload`)
  }
}

/** Fails unless a time lies where it must, both ends included. */
export function between(actual: number, least: number, most: number, what: string): void {
  check(actual >= least && actual <= most, `${what}: expected ${least} to ${most}, got ${shown(actual)}`)
}

/** The session that a read found; fails when it found none. */
export async function found(reading: Awaitable<StoredSession | undefined>, what = 'read'): Promise<StoredSession> {
  const stored = await reading
  check(stored !== undefined, `${what}: expected a live record, got undefined`)
  return stored
}

/** Fails unless a read found nothing. */
export async function absent(reading: Awaitable<StoredSession | undefined>, what = 'read'): Promise<void> {
  const stored = await reading
  check(stored === undefined, `${what}: expected undefined, got ${stored === null ? 'null' : 'a record'}`)
}

/** Fails unless exactly so many of the answers are this one. */
export function count(answers: readonly unknown[], answer: string, expected: number): void {
  const given = answers.filter((each) => each === answer).length
  same(given, expected, `how many of ${answers.length} were answered '${answer}'`)
}

/** Starts so many calls before any of them has answered, and waits for all. */
export function together<T>(times: number, call: (turn: number) => Awaitable<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, async (_, turn) => call(turn)))
}

/** Makes a call of which the store alone decides whether it throws or answers. */
export async function attempt(call: () => unknown): Promise<void> {
  try {
    await call()
  } catch {
    // Refused, which is fine.
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'undefined'
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value))
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
