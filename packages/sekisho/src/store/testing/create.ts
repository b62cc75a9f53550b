import type { SessionRecord, SessionStore } from '../contract.ts'
import type { StoreCases } from './bench.ts'
import { absent, count, found, same, sameRecord, together } from './check.ts'
import { bytes, fullRecord, long, newAddress, newWriteId, next, record, stored, text } from './samples.ts'

/** `create` makes a record once, where there is none. */
export const createCases: StoreCases = {
  async 'starts a record at version 1'({ store }) {
    same((await found(store.read(await stored(store)))).version, 1, 'version')
  },

  async 'answers exists at a live address and changes nothing there'({ store }) {
    const given = fullRecord()
    const address = await stored(store, given)
    const before = await found(store.read(address))
    const longer = { idleMs: 2 * long.idleMs, absoluteMs: 2 * long.absoluteMs }
    same(await store.create(address, record(), longer), 'exists', 'create')
    const after = await found(store.read(address))
    sameRecord(after.record, given)
    same(after.version, 1, 'version')
    same(after.idleDeadline, before.idleDeadline, 'idleDeadline')
    same(after.absoluteDeadline, before.absoluteDeadline, 'absoluteDeadline')
  },

  async 'keeps sessions apart whose addresses differ in one digit'({ store }) {
    const address = newAddress()
    const neighbours = [address, otherDigit(address, 0), otherDigit(address, 31), otherDigit(address, 63)]
    for (const near of neighbours) await store.create(near, record({ payload: bytes(near) }), long)
    for (const near of neighbours) {
      same(text((await found(store.read(near))).record.payload), near, 'payload')
    }
    same(await store.delete(address), 'deleted', 'delete')
    await absent(store.read(address))
    for (const near of neighbours.slice(1)) await found(store.read(near))
  },

  async 'answers created to a repeated create and writes nothing'({ store }) {
    const given = fullRecord()
    const address = await stored(store, given)
    same(await store.create(address, given, long), 'created', 'the repeated create')
    const read = await found(store.read(address))
    sameRecord(read.record, given)
    same(read.version, 1, 'version')
  },

  async 'knows a repeated create after three further writes and undoes none of them'({ store }) {
    const first = record()
    const address = await stored(store, first)
    const last = await writeTimes(store, address, first, 3)
    same(await store.create(address, first, long), 'created', 'the repeated create')
    const read = await found(store.read(address))
    sameRecord(read.record, last)
    same(read.version, 4, 'version')
  },

  async 'answers exists to a repeated create after four further writes'({ store }) {
    const first = record()
    const address = await stored(store, first)
    await writeTimes(store, address, first, 4)
    same(await store.create(address, first, long), 'exists', 'the late repeated create')
  },

  async 'does not take two creates without write ids for one'({ store }) {
    const given = record({ writeIds: [] })
    const address = await stored(store, given)
    same(await store.create(address, given, long), 'exists', 'create')
  },

  async 'creates anew where a record was deleted'({ store }) {
    const address = await stored(store)
    await store.replace(address, record(), 1, long, newWriteId())
    await store.delete(address)
    const again = fullRecord()
    same(await store.create(address, again, long), 'created', 'create')
    const read = await found(store.read(address))
    sameRecord(read.record, again)
    same(read.version, 1, 'version')
  },

  async 'lets exactly one of fifty concurrent creates at one address win'({ store, handle }) {
    const address = newAddress()
    const answers = await together(50, (turn) =>
      handle(turn).create(address, record({ payload: bytes(`writer ${turn}`) }), long),
    )
    count(answers, 'created', 1)
    count(answers, 'exists', 49)
    const read = await found(store.read(address))
    same(text(read.record.payload), `writer ${answers.indexOf('created')}`, 'payload')
    same(read.version, 1, 'version')
  },

  async 'answers created to a create that is repeated before it was answered'({ store, handle }) {
    const address = newAddress()
    const given = record()
    count(await together(10, (turn) => handle(turn).create(address, given, long)), 'created', 10)
    same((await found(store.read(address))).version, 1, 'version')
  },
}

async function writeTimes(
  store: SessionStore,
  address: string,
  first: SessionRecord,
  times: number,
): Promise<SessionRecord> {
  let last = first
  for (let version = 1; version <= times; version += 1) {
    const writeId = newWriteId()
    last = next(last, writeId, `write ${version}`)
    same(await store.replace(address, last, version, long, writeId), 'replaced', `replace of version ${version}`)
  }
  return last
}

function otherDigit(address: string, at: number): string {
  return address.slice(0, at) + (address[at] === '0' ? '1' : '0') + address.slice(at + 1)
}
