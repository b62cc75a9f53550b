import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { RecentSuccesses } from './recent-successes.ts'

const ann = { user: 'ann', password: Buffer.from('secret') }

describe('RecentSuccesses', () => {
  it('remembers for five minutes, and not longer by being asked', () => {
    const clock = { now: 0 }
    const recent = new RecentSuccesses({ now: () => clock.now })
    const name = recent.nameOf('hash', ann)
    assert.equal(recent.has(name), false)
    recent.add(name)
    clock.now = 299_999
    assert.equal(recent.has(name), true)
    clock.now = 300_000
    assert.equal(recent.has(name), false)
  })

  it('tells users, passwords and stored passwords apart', () => {
    const recent = new RecentSuccesses()
    const names = [
      recent.nameOf('hash', ann),
      recent.nameOf('hash', { ...ann, user: 'an' }),
      recent.nameOf('hash', { ...ann, password: Buffer.from('Secret') }),
      recent.nameOf('other', ann),
      recent.nameOf('hash', { user: 'ann6:s', password: Buffer.from('ecret') }),
      recent.nameOf('has', { user: 'hann', password: ann.password }),
    ]
    assert.equal(new Set(names).size, names.length)
    assert.equal(recent.nameOf('hash', { ...ann }), names[0])
  })

  it('names nothing alike in another process', () => {
    assert.notEqual(new RecentSuccesses().nameOf('hash', ann), new RecentSuccesses().nameOf('hash', ann))
  })

  it('forgets the oldest beyond its bound, and those that are over', () => {
    const clock = { now: 0 }
    const recent = new RecentSuccesses({ most: 3, seconds: 10, now: () => clock.now })
    for (const name of ['a', 'b', 'c', 'd']) recent.add(name)
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => recent.has(name)),
      [false, true, true, true],
    )
    clock.now = 10_000
    recent.add('e')
    assert.equal(recent.size, 1)
  })

  it('holds no password', () => {
    const recent = new RecentSuccesses()
    recent.add(recent.nameOf('hash', ann))
    assert.doesNotMatch(inspect(recent, { depth: 9, showHidden: true }), /secret/)
  })
})
