import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catches } from '../../../test/faulty-store.ts'

test('catches a replace that creates', async () => {
  await catches('never brings a deleted record back by a replace', (store) => ({
    replace(address, record, version, lifetime, writeId) {
      const answer = store.replace(address, record, version, lifetime, writeId)
      if (answer !== 'gone') return answer
      store.create(address, record, { absoluteMs: 1000, ...lifetime })
      return 'replaced'
    },
  }))
})

test('catches a replace that does not look at the version', async () => {
  await catches('lets exactly one of fifty concurrent replaces of one version win', (store) => ({
    replace: (address, record, _, lifetime, writeId) =>
      store.replace(address, record, store.read(address)?.version ?? 0, lifetime, writeId),
  }))
})

test('catches a replace that compares first and swaps later', async () => {
  await catches('lets exactly one of fifty concurrent replaces of one version win', (store) => ({
    async replace(address, record, version, lifetime, writeId) {
      const stored = store.read(address)
      if (stored?.version !== version) return store.replace(address, record, version, lifetime, writeId)
      await undefined
      return store.replace(address, record, store.read(address)?.version ?? 0, lifetime, writeId)
    },
  }))
})

test('catches a store that forgets write ids', async () => {
  const lost = await catches('answers replaced to a repeated replace without writing again', (store) => ({
    replace: (address, record, version, lifetime) => store.replace(address, record, version, lifetime, 'lost'),
  }))
  assert.ok(lost.includes('knows a repeated replace after three further writes and undoes none of them'))
})

test('catches a store that knows the last write id only', async () => {
  await catches('knows a repeated replace after three further writes and undoes none of them', (store) => ({
    replace(address, record, version, lifetime, writeId) {
      const last = store.read(address)?.record.writeIds.at(-1)
      return store.replace(address, record, version, lifetime, last === writeId ? writeId : 'lost')
    },
  }))
})

test('catches a repeated write that is applied twice', async () => {
  await catches('applies a replace once that is repeated before it was answered', (store) => ({
    replace(address, record, version, lifetime, writeId) {
      const stored = store.read(address)
      const again = stored?.record.writeIds.includes(writeId) ? stored.version : version
      return store.replace(address, record, again, lifetime, writeId)
    },
  }))
})

test('catches a replace that never restarts the absolute deadline', async () => {
  await catches('restarts the absolute deadline in a replace that names one, longer or shorter', (store) => ({
    replace: (address, record, version, { idleMs }, writeId) =>
      store.replace(address, record, version, { idleMs }, writeId),
  }))
})
