import type { SessionRecord, StoredSession } from 'sekisho/store'
import { contentOf } from '../sessions/content.ts'
import type { Endpoint } from './endpoint.ts'
import type { Sample } from './sample.ts'

/** What a look at both stores has found after a copy. */
export interface Verification {
  /** So many of the sample were compared; the others have ended meanwhile. */
  readonly compared: number
  /** Handles of sessions that are missing in the new store, or differ there without a reason. */
  readonly wrong: readonly string[]
  /** The new site cannot open what was encrypted for the old one. */
  readonly isSealedForAnother: boolean
  /** About how many there are. */
  readonly from: number
  readonly to: number
}

/** Opening takes a passphrase through a slow function. */
const opened = 3

/** Compares the sessions of a sample in both stores, beside live traffic. */
export async function verify(sample: Sample, from: Endpoint, to: Endpoint): Promise<Verification> {
  const wrong: string[] = []
  const alive: string[] = []
  for (const address of sample.addresses) {
    const state = await compared(address, from, to)
    if (state === 'wrong') wrong.push(address)
    if (state !== 'ended') alive.push(address)
  }
  return {
    compared: alive.length,
    wrong,
    isSealedForAnother: await isSealedForAnother(alive.slice(0, opened), from, to),
    from: (await from.store.transfer?.estimate()) ?? 0,
    to: (await to.store.transfer?.estimate()) ?? 0,
  }
}

async function compared(address: string, from: Endpoint, to: Endpoint): Promise<'same' | 'ended' | 'wrong'> {
  const copy = await to.store.read(address)
  const original = await from.store.read(address)
  if (original === undefined) return 'ended'
  // A visitor may have changed it since, in the store that is still in use or in the one that is by now.
  if (copy === undefined) return 'wrong'
  return original.version !== copy.version || isSame(original, copy) ? 'same' : 'wrong'
}

function isSame(a: StoredSession, b: StoredSession): boolean {
  const facts = ({ record: { current, principal, generation }, createdAt }: StoredSession): string =>
    JSON.stringify([current, principal, generation, createdAt])
  return facts(a) === facts(b) && octets(a.record).equals(octets(b.record))
}

function octets({ text, payload }: SessionRecord): Buffer {
  return text === undefined ? Buffer.from(payload) : Buffer.from(text)
}

async function isSealedForAnother(addresses: readonly string[], from: Endpoint, to: Endpoint): Promise<boolean> {
  if (from.site === undefined || to.site === undefined) return false
  for (const address of addresses) {
    const original = await contentOf(address, from.site.store, from.site.stores.state)
    const copy = await contentOf(address, to.site.store, to.site.stores.state)
    if (original?.entries !== undefined && copy !== undefined && copy.entries === undefined) return true
  }
  return false
}
