import type { StoreCases } from './bench.ts'
import { absent, count, found, same, sameRecord, together } from './check.ts'
import { fullRecord, long, newAddress, newWriteId, record, stored } from './samples.ts'

/** `delete` ends a session for good, against whoever writes at the same time. */
export const deleteCases: StoreCases = {
  async 'deletes a record of the version that is named'({ store }) {
    const address = await stored(store)
    await store.replace(address, record(), 1, long, newWriteId())
    same(await store.delete(address, 2), 'deleted', 'delete')
    await absent(store.read(address))
  },

  async 'refuses to delete another version with conflict and leaves the record'({ store }) {
    const given = fullRecord()
    const address = await stored(store, given)
    for (const version of [0, 2]) same(await store.delete(address, version), 'conflict', `delete of version ${version}`)
    const read = await found(store.read(address))
    sameRecord(read.record, given)
    same(read.version, 1, 'version')
  },

  async 'deletes whatever version is there when none is named'({ store }) {
    const address = await stored(store)
    await store.replace(address, record(), 1, long, newWriteId())
    same(await store.delete(address), 'deleted', 'delete')
    await absent(store.read(address))
  },

  async 'answers gone to a delete where nothing is'({ store }) {
    const address = newAddress()
    same(await store.delete(address), 'gone', 'delete')
    same(await store.delete(address, 1), 'gone', 'delete of a version')
  },

  async 'answers gone to the second delete'({ store }) {
    const address = await stored(store)
    same(await store.delete(address, 1), 'deleted', 'the first delete')
    same(await store.delete(address, 1), 'gone', 'the second delete, of a version')
    same(await store.delete(address), 'gone', 'the third delete, of any version')
  },

  async 'lets exactly one of fifty concurrent deletes remove a record'({ store, handle }) {
    const address = await stored(store)
    const answers = await together(50, (turn) => handle(turn).delete(address))
    count(answers, 'deleted', 1)
    count(answers, 'gone', 49)
    await absent(store.read(address))
  },

  async 'acknowledges only one of a delete and a replace of the same version'({ store, handle }) {
    await together(20, async (round) => {
      const address = await stored(store)
      const [removed, written] = await Promise.all([
        (async () => handle(round).delete(address, 1))(),
        (async () => handle(round + 1).replace(address, record(), 1, long, newWriteId()))(),
      ])
      const outcome = `${removed}, ${written}`
      const alive = (await store.read(address)) !== undefined
      same(alive, outcome === 'conflict, replaced', `alive after ${outcome}`)
      if (!alive) same(outcome, 'deleted, gone', 'delete and replace')
    })
  },

  async 'leaves nothing alive after a delete that names no version, whoever writes beside it'({ store, handle }) {
    await together(20, async (round) => {
      const address = await stored(store)
      const write = async (): Promise<string> => handle(round).replace(address, record(), 1, long, newWriteId())
      const touch = async (): Promise<string> => handle(round).touch(address, long)
      const [, removed] = await Promise.all([write(), (async () => handle(round + 1).delete(address))(), touch()])
      same(removed, 'deleted', 'delete')
      await absent(store.read(address), 'read after the delete')
    })
  },
}
