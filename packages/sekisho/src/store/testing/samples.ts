import type { NewLifetime, SessionRecord, SessionStore } from '../contract.ts'
import { same } from './check.ts'

/** A lifetime that no test outlives. */
export const long: NewLifetime = Object.freeze({ idleMs: 3_600_000, absoluteMs: 43_200_000 })

const random = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size))

/** An address that nothing else uses. */
export function newAddress(): string {
  return Array.from(random(32), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A write id that nothing else uses. */
export function newWriteId(): string {
  return btoa(String.fromCharCode(...random(8)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** A payload that holds this text. */
export function bytes(shown: string): Uint8Array {
  return new TextEncoder().encode(shown)
}

/** The text that a payload holds. */
export function text(payload: Uint8Array): string {
  return new TextDecoder().decode(payload)
}

/** A record of the required fields only, with a write id of its own, and whatever is given. */
export function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    generation: 0,
    current: 'Vt3ZV2fKXqC9yR0Yw1m1Yk0m8W2mJ4V8yXrV0o1kq5A',
    dataVersion: 1,
    writeIds: [newWriteId()],
    payload: bytes('{}'),
    ...fields,
  }
}

/** A record with every field, each of its own kind of value. */
export function fullRecord(): SessionRecord {
  return record({
    generation: 70_000,
    current: 'x-_0123456789abcdefghijklmnopqrstuvwxyzABCD',
    previous: { verifier: 'AbCd-_previous', until: 4_102_444_800_123, handoff: 'c2VhbGVk-_'.repeat(12) },
    rotatedAt: 1_790_000_000_001,
    authenticatedAt: 1_790_000_000_002,
    principal: 'user 42',
    epoch: 3,
    amr: ['pwd', 'otp'],
    device: 'Firefox on Linux',
    dataVersion: 12,
    writeIds: [newWriteId(), newWriteId(), newWriteId(), newWriteId()],
    payload: bytes('{"cart":[1,2,3]}'),
  })
}

/** The record that a writer makes of another: new data, and the write id added to the last four. */
export function next(before: SessionRecord, writeId: string, data: string): SessionRecord {
  return { ...before, writeIds: [...before.writeIds, writeId].slice(-4), payload: bytes(data) }
}

/** Stores a record at a new address. @returns The address. */
export async function stored(
  store: SessionStore,
  given: SessionRecord = record(),
  life: NewLifetime = long,
): Promise<string> {
  const address = newAddress()
  same(await store.create(address, given, life), 'created', 'create')
  return address
}
