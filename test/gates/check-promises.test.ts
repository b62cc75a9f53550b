import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPromises } from '../../scripts/check-promises.ts'
import { tree } from './tree.ts'

test('a promise that nobody waits for is found, and one that is looked after is not', (t) => {
  const root = tree(t, {
    'packages/sekisho/src/a.ts': `
declare function save(): Promise<void>
declare function test(work: () => unknown): Promise<void>
declare const store: { close?(): void | Promise<void> }
export async function f(): Promise<void> {
  save()
  store.close?.()
  save().then(() => undefined)
  await save()
  void save()
  save().catch(() => undefined)
  save().then(() => undefined, () => undefined).finally(() => undefined)
  test(() => save())
  return save()
}`,
  })
  assert.deepEqual(
    checkPromises(root),
    [6, 7, 8].map((line) => `packages/sekisho/src/a.ts:${line}: promise is not awaited`),
  )
})
