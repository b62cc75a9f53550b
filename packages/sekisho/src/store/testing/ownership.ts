import type { SessionRecord } from '../contract.ts'
import type { StoreCases } from './bench.ts'
import { found, same, sameRecord } from './check.ts'
import { fullRecord, long, newAddress, newWriteId, record, stored } from './samples.ts'

/** What was given stays the caller's, and so does what was handed out. */
export const ownershipCases: StoreCases = {
  async 'keeps no reference to what create was given'({ store }) {
    const given = fullRecord()
    const expected = structuredClone(given)
    const address = newAddress()
    const creating = store.create(address, given, long)
    same(await creating, 'created', 'create')
    spoil(given)
    sameRecord((await found(store.read(address))).record, expected)
  },

  async 'keeps no reference to what replace was given'({ store }) {
    const address = await stored(store)
    const given = fullRecord()
    const expected = structuredClone(given)
    same(await store.replace(address, given, 1, long, newWriteId()), 'replaced', 'replace')
    spoil(given)
    sameRecord((await found(store.read(address))).record, expected)
  },

  async 'hands out nothing through which the store could be changed'({ store }) {
    const given = fullRecord()
    const address = await stored(store, given)
    const read = await found(store.read(address))
    spoil(read.record)
    attempt(() => Object.assign(read, { version: 99, idleDeadline: 0, absoluteDeadline: 0 }))
    const again = await found(store.read(address))
    sameRecord(again.record, given)
    same(again.version, 1, 'version')
  },

  async 'hands every reader a payload of its own'({ store }) {
    const given = record()
    const address = await stored(store, given)
    const [first, second] = [await found(store.read(address)), await found(store.read(address))]
    first.record.payload.fill(0)
    sameRecord(second.record, given)
  },

  async 'leaves what it was given as it was'({ store }) {
    const given = fullRecord()
    const expected = structuredClone(given)
    const address = await stored(store, given)
    await store.replace(address, given, 1, long, newWriteId())
    sameRecord(given, expected)
  },
}

/** Changes whatever of a record can be changed; a store may as well have frozen it. */
function spoil(theirs: SessionRecord): void {
  theirs.payload.fill(0x21)
  const { previous, amr, writeIds } = theirs
  for (const list of [amr, writeIds]) attempt(() => Object.assign(list ?? [], ['spoilt']))
  attempt(() => Object.assign(previous ?? {}, { verifier: 'spoilt' }))
  attempt(() => Object.assign(theirs, { principal: 'spoilt', generation: -1, current: 'spoilt', amr: ['spoilt'] }))
}

function attempt(change: () => void): void {
  try {
    change()
  } catch {
    // Refusing the change is as good as not feeling it.
  }
}
