import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultsOf, type Broken } from './check-history.ts'
import { History, type Deed, type Ending, type Operation, type View } from './history.ts'

const created = operation({ kind: 'create' }, 0, 1)

/** An operation of the session `s`, acknowledged unless said otherwise. */
function operation(deed: Deed, invoked: number, ended: number, ending: Partial<Operation> = {}): Operation {
  return { session: 's', deed, invoked, ended, result: 'ok', ...ending }
}

function set(value: string, invoked: number, ended: number, ending: Partial<Operation> = {}): Operation {
  return operation({ kind: 'set', key: 'k', value }, invoked, ended, ending)
}

function push(value: string, invoked: number, ended: number, ending: Partial<Operation> = {}): Operation {
  return operation({ kind: 'push', value }, invoked, ended, ending)
}

function read(saw: Partial<View> | 'nobody', invoked: number, ended: number): Operation {
  const view = saw === 'nobody' ? saw : { owner: 's', keys: {}, list: [], count: 0, ...saw }
  return operation({ kind: 'read' }, invoked, ended, { saw: view })
}

const showing = (k: string): Partial<View> => ({ keys: { k } })

/** The promises that a history breaks. */
function brokenBy(...operations: Operation[]): Broken['promise'][] {
  return faultsOf({ operations: [created, ...operations] }).map(({ promise }) => promise)
}

describe('the recorder', () => {
  test('keeps operations with their times, and takes one without an ending as unknown', () => {
    let now = 0
    const history = new History(() => (now += 1))
    const end = history.begin('s', { kind: 'read' })
    history.begin('s', { kind: 'logout' })
    const ending: Ending = { result: 'ok', saw: 'nobody' }
    end(ending)
    assert.deepEqual(history.operations, [
      { session: 's', deed: { kind: 'read' }, invoked: 1, ended: 3, ...ending },
      { session: 's', deed: { kind: 'logout' }, invoked: 2, ended: Infinity, result: 'info' },
    ])
    assert.deepEqual(history.counts(), { ok: 1, fail: 0, info: 1 })
  })
})

describe('the checker of a value', () => {
  test('is content when every read shows the last acknowledged write', () => {
    assert.deepEqual(brokenBy(set('a', 2, 3), read(showing('a'), 4, 5), set('b', 6, 7), read(showing('b'), 8, 9)), [])
  })

  test('is content with either value while a write is under way, or when its fate is unknown', () => {
    const unknown = set('b', 4, Infinity, { result: 'info' })
    assert.deepEqual(brokenBy(set('a', 2, 3), unknown, read(showing('a'), 5, 6), read(showing('b'), 7, 8)), [])
    assert.deepEqual(brokenBy(set('a', 2, 3), set('b', 4, 9), read(showing('a'), 5, 6)), [])
  })

  test('finds an acknowledged write that a later read does not show', () => {
    assert.deepEqual(brokenBy(set('a', 2, 3), read({}, 4, 5)), ['lost'])
  })

  test('finds an old value after a newer write was acknowledged', () => {
    assert.deepEqual(brokenBy(set('a', 2, 3), set('b', 4, 5), read(showing('a'), 6, 7)), ['lost'])
  })

  test('finds a value that goes back after a read had shown the newer one, though that was never acknowledged', () => {
    const unknown = set('b', 4, Infinity, { result: 'info' })
    assert.deepEqual(brokenBy(set('a', 2, 3), unknown, read(showing('b'), 5, 6), read(showing('a'), 7, 8)), ['lost'])
  })

  test('finds a value that nobody wrote, that was refused, or that is written only later', () => {
    assert.deepEqual(brokenBy(read(showing('x'), 4, 5)), ['torn'])
    assert.deepEqual(brokenBy(set('x', 2, 3, { result: 'fail' }), read(showing('x'), 4, 5)), ['torn'])
    assert.deepEqual(brokenBy(read(showing('x'), 4, 5), set('x', 6, 7)), ['torn'])
  })
})

describe('the checker of a list', () => {
  test('is content when every acknowledged entry is there once, in any order, unknown ones or not', () => {
    const unknown = push('c', 2, Infinity, { result: 'info' })
    assert.deepEqual(brokenBy(push('a', 2, 4), push('b', 3, 5), unknown, read({ list: ['b', 'a'] }, 6, 7)), [])
    assert.deepEqual(brokenBy(push('a', 2, 4), unknown, read({ list: ['a', 'c'] }, 6, 7)), [])
  })

  test('finds an acknowledged entry that is not there', () => {
    assert.deepEqual(brokenBy(push('a', 2, 3), push('b', 2, 3), read({ list: ['b'] }, 4, 5)), ['lost'])
  })

  test('finds an unacknowledged entry that was there and is gone', () => {
    const unknown = push('a', 2, Infinity, { result: 'info' })
    assert.deepEqual(brokenBy(unknown, read({ list: ['a'] }, 4, 5), read({}, 6, 7)), ['lost'])
  })

  test('finds an entry that is there twice, or that nobody wrote', () => {
    assert.deepEqual(brokenBy(push('a', 2, 3), read({ list: ['a', 'a'] }, 4, 5)), ['torn'])
    assert.deepEqual(brokenBy(read({ list: ['x'] }, 4, 5)), ['torn'])
  })
})

describe('the checker of a counter', () => {
  const increment = (invoked: number, ended: number, ending: Partial<Operation> = {}): Operation =>
    operation({ kind: 'increment' }, invoked, ended, ending)

  test('is content with a count between what was acknowledged and what was asked for', () => {
    const unknown = increment(2, Infinity, { result: 'info' })
    assert.deepEqual(brokenBy(increment(2, 3), unknown, read({ count: 1 }, 4, 5), read({ count: 2 }, 6, 7)), [])
  })

  test('finds a count that is too small', () => {
    assert.deepEqual(brokenBy(increment(2, 3), increment(2, 3), read({ count: 1 }, 4, 5)), ['lost'])
  })

  test('finds a count that is too great', () => {
    const refused = increment(2, 3, { result: 'fail' })
    assert.deepEqual(brokenBy(increment(2, 3), refused, read({ count: 2 }, 4, 5)), ['torn'])
  })

  test('finds two increments that were given the same count', () => {
    assert.deepEqual(brokenBy(increment(2, 3, { count: 1 }), increment(2, 3, { count: 1 })), ['lost'])
  })
})

describe("the checker of a session's life", () => {
  const logout = (invoked: number, ended: number, ending: Partial<Operation> = {}): Operation =>
    operation({ kind: 'logout' }, invoked, ended, ending)
  const login = (invoked: number, ended: number, ending: Partial<Operation> = {}): Operation =>
    operation({ kind: 'login', principal: 'p' }, invoked, ended, ending)

  test('is content when nobody is there after a logout, and when somebody was there during it', () => {
    assert.deepEqual(brokenBy(read({}, 2, 5), logout(3, 6), read({}, 5, 7), read('nobody', 7, 8)), [])
  })

  test('finds a session that is there after its acknowledged logout', () => {
    assert.deepEqual(brokenBy(logout(2, 3), read({}, 4, 5)), ['revived'])
  })

  test('finds a write that is acknowledged after an acknowledged revocation', () => {
    assert.deepEqual(brokenBy(operation({ kind: 'revoke' }, 2, 3), set('a', 4, 5)), ['revived'])
  })

  test('finds a session that is gone though nobody ended it', () => {
    assert.deepEqual(brokenBy(read('nobody', 4, 5)), ['lost'])
    assert.deepEqual(brokenBy(logout(2, 3, { result: 'fail' }), read('nobody', 4, 5)), ['lost'])
    assert.deepEqual(brokenBy(read('nobody', 4, 5), logout(6, 7)), ['lost'])
  })

  test('is content when it is gone after an end whose fate is unknown', () => {
    assert.deepEqual(brokenBy(logout(2, Infinity, { result: 'info' }), read('nobody', 4, 5)), [])
  })

  test('is content when a login changes the secret of a request under way, or its answer never came', () => {
    assert.deepEqual(brokenBy(login(2, 6), read('nobody', 4, 5)), [])
    assert.deepEqual(brokenBy(login(2, Infinity, { result: 'info' }), read('nobody', 4, 5)), [])
  })

  test('is content with a login that succeeds after one was refused', () => {
    const refused = login(2, 3, { result: 'fail' })
    assert.deepEqual(brokenBy(refused, login(4, 5), read({ principal: 'p' }, 6, 7)), [])
    assert.deepEqual(brokenBy(refused, read({ principal: 'p' }, 6, 7)), ['torn'])
  })

  test('finds a session that is gone after an acknowledged login, and a login that is forgotten', () => {
    assert.deepEqual(brokenBy(login(2, 3), read('nobody', 4, 5)), ['lost'])
    assert.deepEqual(brokenBy(login(2, 3), read({}, 4, 5)), ['lost'])
  })

  test('finds the content of another session', () => {
    assert.deepEqual(brokenBy(read({ owner: 'other', keys: { k: 'x' } }, 4, 5)), ['foreign'])
  })
})
