import type { SessionStore } from '../contract.ts'
import type { Bench, StoreCases } from './bench.ts'
import { absent, check, found, same, sameMembers, sameRecord } from './check.ts'
import { fullRecord, long, newAddress, newWriteId, record, stored } from './samples.ts'

/** What a store promises about other handles on the same data: other processes, and itself after a restart. */
export const handleCases: StoreCases = {
  async 'shows every handle what any handle wrote, where it is shared'(bench) {
    const [first, second] = twoHandles(bench)
    if (second === undefined) return
    const given = fullRecord()
    const address = await stored(first, given)
    sameRecord((await found(second.read(address))).record, given)
    same(await second.create(address, record(), long), 'exists', 'create by the second handle')
    same(await second.replace(address, record(), 1, long, newWriteId()), 'replaced', 'replace by the second handle')
    same((await found(first.read(address))).version, 2, 'version')
    same(await second.touch(address, { idleMs: 2 * long.idleMs }), 'touched', 'touch by the second handle')
    const [one, two] = [await found(first.read(address)), await found(second.read(address))]
    same(one.idleDeadline, two.idleDeadline, 'idleDeadline')
  },

  async 'refuses an outdated writer on another handle, where it is shared'(bench) {
    const [first, second] = twoHandles(bench)
    if (second === undefined) return
    const address = await stored(first)
    await found(second.read(address))
    await first.replace(address, record(), 1, long, newWriteId())
    same(await second.replace(address, record(), 1, long, newWriteId()), 'conflict', 'replace by the second handle')
    same(await second.delete(address, 1), 'conflict', 'delete by the second handle')
    same(await first.delete(address), 'deleted', 'delete by the first handle')
    await absent(second.read(address), 'read by the second handle')
    same(await second.replace(address, record(), 2, long, newWriteId()), 'gone', 'replace by the second handle')
    same(await second.touch(address, long), 'gone', 'touch by the second handle')
  },

  async 'knows a repeated write on another handle, where it is shared'(bench) {
    const [first, second] = twoHandles(bench)
    if (second === undefined) return
    const created = record()
    const address = await stored(first, created)
    same(await second.create(address, created, long), 'created', 'the repeated create')
    const writeId = newWriteId()
    const replaced = { ...created, writeIds: [...created.writeIds, writeId] }
    same(await first.replace(address, replaced, 1, long, writeId), 'replaced', 'replace')
    same(await second.replace(address, replaced, 1, long, writeId), 'replaced', 'the repeated replace')
    same((await found(first.read(address))).version, 2, 'version')
  },

  async 'shares the principal index, where it is shared'(bench) {
    const [first, second] = twoHandles(bench)
    if (first.principals === undefined || second?.principals === undefined) return
    const [one, two] = [newAddress(), newAddress()]
    await first.principals.add('alice', one, long.absoluteMs)
    await second.principals.add('alice', two, long.absoluteMs)
    sameMembers(await first.principals.list('alice'), [one, two], 'list by the first handle')
    sameMembers(await second.principals.list('alice'), [one, two], 'list by the second handle')
    same(await first.principals.raiseEpoch('alice'), 1, 'epoch')
    same(await second.principals.raiseEpoch('alice'), 2, 'epoch')
    same(await first.principals.epoch('alice'), 2, 'epoch')
  },

  async 'shares its locks, where it is shared'(bench) {
    const [first, second] = twoHandles(bench)
    if (first.locks === undefined || second?.locks === undefined) return
    const [address, owner, other] = [newAddress(), newWriteId(), newWriteId()]
    same(await first.locks.acquire(address, owner, long.idleMs), true, 'acquire by the first handle')
    same(await second.locks.acquire(address, other, long.idleMs), false, 'acquire by the second handle')
    same(
      await second.locks.renew(address, owner, long.idleMs),
      true,
      "renew by the second handle for the first's owner",
    )
    await second.locks.release(address, other)
    same(await first.locks.renew(address, owner, long.idleMs), true, 'renew by the first handle')
    await second.locks.release(address, owner)
    same(await first.locks.renew(address, owner, long.idleMs), false, 'renew after a release by the second handle')
    same(await second.locks.acquire(address, other, long.idleMs), true, 'acquire by the second handle')
  },

  async 'finds everything again after it was closed, where it is durable'(bench) {
    if (bench.store.capabilities.durable === 'no') return
    check(bench.hasSecond, 'a store that says `durable` is proved with a second handle: give the option `reopen`')
    const given = fullRecord()
    const address = await stored(bench.store, given)
    const before = await found(bench.store.read(address))
    await bench.store.principals?.add('alice', address, long.absoluteMs)
    await bench.store.principals?.raiseEpoch('alice')
    const store = await bench.reopen()
    const after = await found(store.read(address))
    sameRecord(after.record, given)
    same(after.version, 1, 'version')
    same(after.createdAt, before.createdAt, 'createdAt')
    same(after.idleDeadline, before.idleDeadline, 'idleDeadline')
    same(after.absoluteDeadline, before.absoluteDeadline, 'absoluteDeadline')
    if (store.principals === undefined) return
    sameMembers(await store.principals.list('alice'), [address], 'list')
    same(await store.principals.epoch('alice'), 1, 'epoch')
  },
}

function twoHandles({ store, handle, hasSecond }: Bench): readonly [SessionStore, SessionStore | undefined] {
  if (!store.capabilities.shared) return [store, undefined]
  check(hasSecond, 'a store that says `shared` is proved with a second handle: give the option `reopen`')
  return [store, handle(1)]
}
