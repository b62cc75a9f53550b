/** Requests of one session at the same time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codes, requests, type Fleet } from './fleet.ts'

/** Defines the tests. */
export function overlapCases(fleet: Fleet): void {
  test('50 overlapping requests that each set their own key keep all of them', async () => {
    const cookie = await fleet.visitor((session) => session.set('count', 0))
    assert.deepEqual(codes(await fleet.together(requests(50, 'set', { cookie }))), [])
    const session = await fleet.see(cookie)
    assert.equal(session.keys().filter((key) => key.startsWith('own-')).length, 50)
  })

  test('50 overlapping requests that each push to one array keep every item', async () => {
    const cookie = await fleet.visitor((session) => session.set('list', []))
    const errands = requests(50, 'push', { cookie })
    assert.deepEqual(codes(await fleet.together(errands)), [])
    const session = await fleet.see(cookie)
    assert.deepEqual(session.get('list')?.toSorted(), errands.map(({ name }) => name).toSorted())
  })

  test('100 overlapping updates that add one make exactly 100', async () => {
    const cookie = await fleet.visitor((session) => session.set('count', 0))
    assert.deepEqual(codes(await fleet.together(requests(100, 'increment', { cookie }))), [])
    assert.equal((await fleet.see(cookie)).get('count'), 100)
  })
}
