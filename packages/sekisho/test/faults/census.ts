/** What a store holds when everybody has gone, held against what was asked of it. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { defineSession } from '../../src/session/define.ts'
import type { SessionStore } from '../../src/store/contract.ts'
import { text } from '../../src/store/testing/samples.ts'
import type { History } from './history.ts'
import { openStore, type StoreDescription } from './stores.ts'

/** A live record. */
export interface Inhabitant {
  readonly address: string
  /** Whose session it says it is. */
  readonly owner: string
  readonly principal: string | undefined
}

/** @returns All live records. */
export async function inhabitants({ transfer }: SessionStore): Promise<Inhabitant[]> {
  assert.ok(transfer !== undefined)
  const found = new Map<string, Inhabitant>()
  let cursor: string | undefined
  do {
    const { sessions, next } = await transfer.scan(cursor, 500)
    for (const { address, stored } of sessions) {
      const { owner } = JSON.parse(text(stored.record.payload)) as { owner: string }
      found.set(address, { address, owner, principal: stored.record.principal })
    }
    cursor = next
  } while (cursor !== undefined)
  return [...found.values()]
}

/**
 * Fails when a session has two records, when one has any after its acknowledged end, or when a live one is not in the list
 * of its user's sessions.
 */
export async function assertOneLineageEach(
  t: TestContext,
  description: StoreDescription,
  { operations }: Pick<History, 'operations'>,
): Promise<void> {
  const { store, disconnect } = await openStore(description)
  try {
    const alive = await inhabitants(store)
    const owners = alive.map(({ owner }) => owner)
    assert.deepEqual(owners.length, new Set(owners).size, 'a session has one record')
    const ends = operations.filter(({ deed }) => deed.kind === 'logout' || deed.kind === 'revoke')
    const ended = new Set(ends.filter(({ result }) => result === 'ok').map(({ session }) => session))
    assert.deepEqual(
      owners.filter((owner) => ended.has(owner)),
      [],
      'nothing is left of a session that was ended',
    )
    const listed = await assertListed(store, alive)
    t.diagnostic(`${alive.length} sessions alive, ${listed} of them in the list of their user; ${ended.size} ended`)
  } finally {
    await store.close?.()
    await disconnect()
  }
}

/** @returns How many sessions were listed. */
async function assertListed(store: SessionStore, alive: readonly Inhabitant[]): Promise<number> {
  const { admin } = defineSession({ name: 'faults', store, sweep: false, development: false })
  const known = alive.filter(({ principal }) => principal !== undefined)
  for (const { principal = '', address } of known) {
    const list = await admin.list(principal)
    assert.deepEqual(
      list.map((one) => one.address),
      [address],
      `${principal} sees the session that is alive`,
    )
  }
  return known.length
}
