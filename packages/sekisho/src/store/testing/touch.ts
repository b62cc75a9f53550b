import type { StoreCases } from './bench.ts'
import { absent, between, count, found, same, sameRecord, together } from './check.ts'
import { bytes, fullRecord, long, newAddress, newWriteId, record, stored, text } from './samples.ts'

/** `touch` prolongs a live session and does nothing else. */
export const touchCases: StoreCases = {
  async 'moves the idle deadline forward by a touch'({ store, slack }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    same(await store.touch(address, { idleMs: 2 * long.idleMs }), 'touched', 'touch')
    const after = await found(store.read(address))
    const expected = [before.now + 2 * long.idleMs - slack, after.now + 2 * long.idleMs + slack] as const
    between(after.idleDeadline, ...expected, 'idleDeadline')
  },

  async 'changes neither record nor version by a touch'({ store }) {
    const given = fullRecord()
    const address = await stored(store, given)
    await store.touch(address, { idleMs: 2 * long.idleMs, absoluteMs: 2 * long.absoluteMs })
    const read = await found(store.read(address))
    sameRecord(read.record, given)
    same(read.version, 1, 'version')
    same(await store.replace(address, record(), 1, long, newWriteId()), 'replaced', 'the replace after a touch')
  },

  async 'never moves the idle deadline back by a touch'({ store, short, outlive }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    same(await store.touch(address, { idleMs: short }), 'touched', 'touch')
    same((await found(store.read(address))).idleDeadline, before.idleDeadline, 'idleDeadline')
    await outlive()
    await found(store.read(address), 'read after the shorter lifetime')
  },

  async 'never moves the absolute deadline back by a touch'({ store }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    same(await store.touch(address, { idleMs: 1000, absoluteMs: long.absoluteMs / 2 }), 'touched', 'touch')
    same((await found(store.read(address))).absoluteDeadline, before.absoluteDeadline, 'absoluteDeadline')
  },

  async 'keeps the absolute deadline in a touch that names none'({ store, slack, wait }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    await wait(2 * slack)
    await store.touch(address, { idleMs: 2 * long.absoluteMs })
    same((await found(store.read(address))).absoluteDeadline, before.absoluteDeadline, 'absoluteDeadline')
  },

  async 'moves the absolute deadline forward in a touch that names a later one'({ store, slack }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    const absoluteMs = 2 * long.absoluteMs
    await store.touch(address, { idleMs: 1000, absoluteMs })
    const after = await found(store.read(address))
    between(after.absoluteDeadline, before.now + absoluteMs - slack, after.now + absoluteMs + slack, 'absoluteDeadline')
  },

  async 'never makes or revives a record by a touch'({ store }) {
    const never = newAddress()
    same(await store.touch(never, long), 'gone', 'touch where nothing was')
    await absent(store.read(never))
    const deleted = await stored(store)
    await store.delete(deleted)
    same(await store.touch(deleted, long), 'gone', 'touch of a deleted record')
    await absent(store.read(deleted))
  },

  async 'undoes no replace by a touch at the same time'({ store, handle }) {
    const address = await stored(store, record({ payload: bytes('before') }))
    const answers = await together(40, async (turn) => {
      if (turn !== 20) return handle(turn).touch(address, { idleMs: long.idleMs + turn })
      return handle(turn).replace(address, record({ payload: bytes('after') }), 1, long, newWriteId())
    })
    count(answers, 'touched', 39)
    count(answers, 'replaced', 1)
    const read = await found(store.read(address))
    same(text(read.record.payload), 'after', 'payload')
    same(read.version, 2, 'version')
  },

  async 'keeps the latest of many concurrent touches'({ store, handle, slack }) {
    const address = await stored(store)
    const { now } = await found(store.read(address))
    const step = 10 * slack
    await together(20, (turn) => handle(turn).touch(address, { idleMs: long.idleMs + (turn % 10) * step }))
    const read = await found(store.read(address))
    const latest = long.idleMs + 9 * step
    between(read.idleDeadline, now + latest - slack, read.now + latest + slack, 'idleDeadline')
  },
}
