import type { StoredSession } from '../contract.ts'
import { malformed } from './addresses.ts'
import type { StoreCases } from './bench.ts'
import { absent, attempt, found, same, sameMembers, sameRecord, together } from './check.ts'
import { bytes, fullRecord, long, newAddress, newWriteId, next, record, stored, text } from './samples.ts'
import { sameSession, scan, scanned, session, transferOf, transferring } from './transfer.ts'

/** `restore` writes a record as it was elsewhere, and never over anything newer. */
export const restoreCases: StoreCases = {
  'restores record, version and times exactly': transferring(async ({ store, transfer }) => {
    const address = newAddress()
    const given = await session(store, { version: 7, record: fullRecord() })
    same(await transfer.restore(address, given), 'restored', 'restore')
    sameSession(await found(store.read(address)), given)
    const bare = await session(store)
    const other = newAddress()
    same(await transfer.restore(other, bare), 'restored', 'restore of a record without optional fields')
    sameSession(await found(store.read(other)), bare)
  }),

  'goes on with a restored session at its version': transferring(async ({ store, transfer }) => {
    const address = newAddress()
    const given = await session(store, { version: 7 })
    await transfer.restore(address, given)
    same(await store.create(address, record(), long), 'exists', 'create')
    same(await store.replace(address, record(), 6, long, newWriteId()), 'conflict', 'replace of the version before')
    same(await store.touch(address, { idleMs: 2 * long.idleMs }), 'touched', 'touch')
    same(await store.replace(address, record(), 7, long, newWriteId()), 'replaced', 'replace')
    const read = await found(store.read(address))
    same(read.version, 8, 'version')
    same(read.createdAt, given.createdAt, 'createdAt')
    same(await store.delete(address, 7), 'conflict', 'delete of the version before')
    same(await store.delete(address, 8), 'deleted', 'delete')
    await absent(store.read(address))
  }),

  'knows the writes again that a restored session has seen': transferring(async ({ store, transfer }) => {
    const [address, created] = [newAddress(), record()]
    const writeId = newWriteId()
    const written = next(created, writeId, 'written')
    await transfer.restore(address, await session(store, { version: 2, record: written }))
    same(await store.replace(address, written, 1, long, writeId), 'replaced', 'the repeated replace')
    same(await store.create(address, created, long), 'created', 'the repeated create')
    same((await found(store.read(address))).version, 2, 'version')
  }),

  'restores over an older version, and takes its times': transferring(async ({ store, transfer }) => {
    const address = await stored(store, fullRecord(), { idleMs: 2 * long.idleMs, absoluteMs: 2 * long.absoluteMs })
    await store.touch(address, { idleMs: 3 * long.idleMs })
    const given = await session(store, { version: 2 })
    same(await transfer.restore(address, given), 'restored', 'restore')
    sameSession(await found(store.read(address)), given)
  }),

  'keeps what is of the same version or a later one': transferring(async ({ store, transfer }) => {
    const address = await stored(store)
    await store.replace(address, fullRecord(), 1, long, newWriteId())
    const before = await found(store.read(address))
    for (const version of [1, 2]) {
      const given = await session(store, { version, record: record({ payload: bytes('restored') }) })
      same(await transfer.restore(address, given), 'kept', `restore of version ${version} over version 2`)
    }
    sameSession(await found(store.read(address)), before)
  }),

  'restores where a record is dead or deleted, whatever its version was': transferring(async (bench) => {
    const { store, transfer, short, outlive } = bench
    const [dead, deleted] = [await stored(store, record(), { idleMs: short, absoluteMs: short }), await stored(store)]
    await store.replace(dead, record(), 1, { idleMs: short }, newWriteId())
    await store.replace(deleted, record(), 1, long, newWriteId())
    await store.delete(deleted)
    await outlive()
    for (const address of [dead, deleted]) {
      const given = await session(store, { version: 1, record: fullRecord() })
      same(await transfer.restore(address, given), 'restored', 'restore')
      sameSession(await found(store.read(address)), given)
    }
  }),

  'keeps out a session that is dead by its own clock': transferring(async ({ store, transfer, slack }) => {
    const { now, createdAt, idleDeadline, absoluteDeadline } = await session(store)
    const past = now - slack
    const live = await stored(store, record({ payload: bytes('live') }))
    for (const times of [
      { idleDeadline: past, absoluteDeadline },
      { idleDeadline, absoluteDeadline: past },
    ]) {
      const dead: StoredSession = { record: record(), version: 9, now, createdAt, ...times }
      const address = newAddress()
      same(await transfer.restore(address, dead), 'kept', 'restore of a dead session')
      await absent(store.read(address))
      same(await transfer.restore(live, dead), 'kept', 'restore of a dead session over a live one')
    }
    same(text((await found(store.read(live))).record.payload), 'live', 'payload')
  }),

  'ends restored sessions at either of their deadlines': transferring(async ({ store, transfer, short, outlive }) => {
    const { now, ...given } = await session(store)
    const idle = { ...given, now, idleDeadline: now + short }
    const absolute = { ...given, now, absoluteDeadline: now + short }
    const addresses = [newAddress(), newAddress()]
    for (const [at, each] of [idle, absolute].entries()) {
      same(await transfer.restore(addresses[at] ?? '', each), 'restored', 'restore')
    }
    for (const address of addresses) await found(store.read(address), 'read within the lifetime')
    await outlive()
    for (const address of addresses) await absent(store.read(address), 'read after the lifetime')
  }),

  'brings everything back that was scanned and deleted': transferring(async (bench) => {
    const { store, transfer } = bench
    const addresses = await together(30, () => stored(store, fullRecord()))
    await together(10, (turn) => store.replace(addresses[turn] ?? '', record(), 1, long, newWriteId()))
    const sessions = (await scan(bench, 7)).flatMap((page) => page.sessions)
    for (const { address } of sessions) await store.delete(address)
    for (const each of sessions) await transfer.restore(each.address, each.stored)
    sameMembers(await scanned(bench, 7), addresses, 'addresses')
    for (const each of sessions) sameSession(await found(store.read(each.address)), each.stored)
  }),

  'keeps the latest version of many restores at the same time': transferring(async (bench) => {
    const address = newAddress()
    const given = await session(bench.store)
    await together(20, async (turn) => {
      const version = ((turn * 7) % 20) + 1
      const payload = bytes(`version ${version}`)
      return transferOf(bench, turn).restore(address, { ...given, version, record: record({ payload }) })
    })
    const read = await found(bench.store.read(address))
    same(read.version, 20, 'version')
    same(text(read.record.payload), 'version 20', 'payload')
  }),

  'undoes no replace by a restore of an earlier version at the same time': transferring(async (bench) => {
    const { store, handle } = bench
    const address = await stored(store)
    const earlier = await found(store.read(address))
    const answers = await together<string>(20, async (turn) => {
      if (turn !== 10) return transferOf(bench, turn).restore(address, earlier)
      return handle(turn).replace(address, record({ payload: bytes('after') }), 1, long, newWriteId())
    })
    same(answers[10], 'replaced', 'replace')
    const read = await found(store.read(address))
    same(read.version, 2, 'version')
    same(text(read.record.payload), 'after', 'payload')
  }),

  'harms no session by a restore at what is no address': transferring(async ({ store, transfer }) => {
    const given = fullRecord()
    const live = await stored(store, given)
    const other = await session(store, { version: 9 })
    for (const address of malformed(live)) {
      await attempt(() => transfer.restore(address, other))
      await absent(store.read(address), `read at ${JSON.stringify(address.slice(0, 70))}`)
    }
    const read = await found(store.read(live))
    sameRecord(read.record, given)
    same(read.version, 1, 'version')
  }),
}
