import type { SessionRecord, SessionStore } from '../contract.ts'
import type { StoreCases } from './bench.ts'
import { absent, between, check, found, same, sameRecord } from './check.ts'
import { bytes, fullRecord, long, newAddress, newWriteId, record, stored } from './samples.ts'

/** A record comes back as it was written, with the store's own facts about it. */
export const recordCases: StoreCases = {
  async 'states what it guarantees'({ store }) {
    const { durable, shared, fenced, sweeps } = store.capabilities
    check(['no', 'process', 'machine'].includes(durable), 'capabilities.durable is no, process or machine')
    for (const flag of [shared, fenced, sweeps]) same(typeof flag, 'boolean', 'the type of a capability')
  },

  async 'reads nothing at an address that was never written'({ store }) {
    await absent(store.read(newAddress()))
  },

  async 'gives every field of a record back as it was written'({ store }) {
    await keeps(store, fullRecord())
  },

  async 'leaves out the fields that were left out'({ store }) {
    await keeps(store, record())
  },

  async 'keeps a previous secret whose end is not yet known'({ store }) {
    await keeps(store, record({ previous: { verifier: 'old', handoff: 'sealed' } }))
  },

  async 'tells zero and empty from absent'({ store }) {
    await keeps(store, record({ generation: 0, epoch: 0, dataVersion: 0, rotatedAt: 0, amr: [], device: '' }))
  },

  async 'keeps an empty payload'({ store }) {
    await keeps(store, record({ payload: new Uint8Array(0) }))
  },

  async 'keeps each of the 256 byte values in a payload'({ store }) {
    await keeps(store, record({ payload: Uint8Array.from({ length: 512 }, (_, index) => index % 256) }))
  },

  async 'keeps a payload of one megabyte'({ store }) {
    const payload = new Uint8Array(1_048_576)
    for (let at = 0; at < payload.length; at += 1) payload[at] = at * 31 + (at >> 8)
    await keeps(store, record({ payload }))
  },

  async 'keeps only the bytes that a payload shows of its buffer'({ store }) {
    await keeps(store, record({ payload: bytes('secret, shown, secret').subarray(8, 13) }))
  },

  async 'keeps text of every script and every quote'({ store }) {
    const strange = `関所 Grüße עברית e\u0301 \u{1F375} '";--\\ %_ \n\t</script> \${x}`
    const previous = { verifier: strange, handoff: strange }
    await keeps(store, record({ principal: strange, device: strange, amr: [strange, 'pwd,otp', ''], previous }))
  },

  async 'keeps what a replace writes as exactly as what a create writes'({ store }) {
    const address = await stored(store)
    const full = fullRecord()
    same(await store.replace(address, full, 1, long, newWriteId()), 'replaced', 'replace')
    sameRecord((await found(store.read(address))).record, full)
    const bare = record()
    same(await store.replace(address, bare, 2, long, newWriteId()), 'replaced', 'replace')
    sameRecord((await found(store.read(address))).record, bare)
  },

  async 'tells the times of a new session on its own clock'({ store, slack }) {
    const begun = performance.now()
    const read = await found(store.read(await stored(store)))
    // However long a busy machine takes from the one to the other.
    const took = performance.now() - begun
    between(read.createdAt, read.now - took - slack, read.now, 'createdAt')
    between(
      read.idleDeadline,
      read.createdAt + long.idleMs - slack,
      read.createdAt + long.idleMs + slack,
      'idleDeadline',
    )
    const end = read.createdAt + long.absoluteMs
    between(read.absoluteDeadline, end - slack, end + slack, 'absoluteDeadline')
  },

  async 'tells the time of each read'({ store, slack, wait }) {
    const address = await stored(store)
    const first = await found(store.read(address))
    await wait(2 * slack)
    const second = await found(store.read(address))
    between(second.now - first.now, slack, 60_000, 'the time between two reads')
  },

  async 'keeps the time of creation through replace and touch'({ store, slack, wait }) {
    const address = await stored(store)
    const { createdAt } = await found(store.read(address))
    await wait(2 * slack)
    await store.replace(address, record(), 1, long, newWriteId())
    await store.touch(address, long)
    same((await found(store.read(address))).createdAt, createdAt, 'createdAt')
  },
}

async function keeps(store: SessionStore, given: SessionRecord): Promise<void> {
  const read = await found(store.read(await stored(store, given)))
  sameRecord(read.record, given)
  same(read.version, 1, 'version')
}
