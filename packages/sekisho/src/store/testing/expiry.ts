import type { StoreCases } from './bench.ts'
import { absent, found, same, sameRecord } from './check.ts'
import { fullRecord, long, newWriteId, record, stored } from './samples.ts'

/** A record is dead from the earlier of its deadlines on, to every verb. */
export const expiryCases: StoreCases = {
  async 'ends a session that is not used'({ store, short, outlive }) {
    const address = await stored(store, record(), { idleMs: short, absoluteMs: long.absoluteMs })
    await found(store.read(address), 'read within the lifetime')
    await outlive()
    await absent(store.read(address), 'read after the lifetime')
  },

  async 'ends a session at its absolute deadline, whatever its idle deadline'({ store, short, outlive }) {
    const address = await stored(store, record(), { idleMs: long.idleMs, absoluteMs: short })
    await found(store.read(address), 'read within the lifetime')
    await outlive()
    await absent(store.read(address), 'read after the lifetime')
  },

  async 'ends a session at its absolute deadline, however often it is used'({ store, short, slack, wait }) {
    const address = await stored(store, record(), { idleMs: short, absoluteMs: short })
    await wait(slack)
    same(await store.touch(address, { idleMs: long.idleMs }), 'touched', 'touch')
    same(await store.replace(address, record(), 1, { idleMs: long.idleMs }, newWriteId()), 'replaced', 'replace')
    await wait(short)
    await absent(store.read(address), 'read after the absolute deadline')
  },

  async 'keeps a session alive that is touched or replaced'({ store, short, outlive }) {
    const limits = { idleMs: short, absoluteMs: long.absoluteMs }
    const [touched, replaced] = [await stored(store, record(), limits), await stored(store, record(), limits)]
    same(await store.touch(touched, long), 'touched', 'touch')
    same(await store.replace(replaced, record(), 1, { idleMs: long.idleMs }, newWriteId()), 'replaced', 'replace')
    await outlive()
    await found(store.read(touched), 'read of the touched session')
    await found(store.read(replaced), 'read of the replaced session')
  },

  async 'keeps a session alive whose absolute deadline was restarted'({ store, short, outlive }) {
    const address = await stored(store, record(), { idleMs: long.idleMs, absoluteMs: short })
    same(await store.replace(address, record(), 1, long, newWriteId()), 'replaced', 'replace')
    await outlive()
    await found(store.read(address))
  },

  async 'answers gone to every verb at a dead record and never revives it'({ store, short, outlive }) {
    const given = record()
    const address = await stored(store, given, { idleMs: short, absoluteMs: long.absoluteMs })
    await outlive()
    same(await store.touch(address, long), 'gone', 'touch')
    same(await store.replace(address, record(), 1, long, newWriteId()), 'gone', 'replace')
    same(await store.replace(address, given, 0, long, given.writeIds[0] ?? ''), 'gone', 'a repeated replace')
    same(await store.delete(address, 2), 'gone', 'delete of a version')
    same(await store.delete(address), 'gone', 'delete')
    await absent(store.read(address))
  },

  async 'creates anew where a record is dead'({ store, short, outlive }) {
    const address = await stored(store, record(), { idleMs: short, absoluteMs: short })
    const dead = await found(store.read(address))
    await outlive()
    const again = fullRecord()
    same(await store.create(address, again, long), 'created', 'create')
    const read = await found(store.read(address))
    sameRecord(read.record, again)
    same(read.version, 1, 'version')
    same(read.createdAt > dead.createdAt, true, 'createdAt is later')
  },

  async 'takes a repeated create of a dead record for a new one'({ store, short, outlive }) {
    const given = record()
    const address = await stored(store, given, { idleMs: short, absoluteMs: short })
    await outlive()
    same(await store.create(address, given, long), 'created', 'create')
    await found(store.read(address))
  },
}
