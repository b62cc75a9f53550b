import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ApacheSession,
  beginSession,
  endSession,
  isIncluded,
  mergeHeader,
  type AgeRules,
  type Verdict,
} from '../../src/apache/index.ts'
import behaviour from '../vectors/apache/behaviour-cases.json' with { type: 'json' }

const now = 1_795_286_667_556_000n
const second = 1_000_000n

/** The end of a request that came with this session and changed it, or did not. */
function end(encoded: string, rules: AgeRules, isChanged: boolean = false): Verdict {
  const { session } = beginSession(encoded, rules, now)
  return endSession({ session, isChanged }, rules, now)
}

test('has a session where a prefix includes the path and none excludes it, at no boundary of segments', () => {
  const rules = { include: ['/inc/yes'], exclude: ['/inc/yes/no'] }
  assert.equal(isIncluded('/inc/yes', rules), true)
  assert.equal(isIncluded('/inc/yesterday', rules), true)
  assert.equal(isIncluded('/INC/yes', rules), false)
  assert.equal(isIncluded('/other', rules), false)
  assert.equal(isIncluded('/inc/yes/nope', rules), false)
  assert.equal(isIncluded('/other', { exclude: ['/inc'] }), true)
  assert.equal(isIncluded('/inc', { exclude: ['/inc'] }), false)
  assert.equal(isIncluded('/anything', {}), true)
  assert.equal(isIncluded('/b', { include: ['/a', '/b'] }), true)
})

test('begins with what came, or anew when nothing came or it has expired', () => {
  const came = beginSession('a=1', {}, now)
  assert.deepEqual([came.session.encode(), came.isNew, came.hasExpired], ['a=1', false, false])
  const none = beginSession(undefined, {}, now)
  assert.deepEqual([none.session.encode(), none.isNew, none.hasExpired], ['', true, false])
  const over = beginSession(`a=1&expiry=${now - 1n}`, {}, now)
  assert.deepEqual([over.session.encode(), over.isNew, over.hasExpired], ['', true, true])
  assert.equal(beginSession(`a=1&expiry=${now}`, {}, now).hasExpired, false)
  assert.equal(beginSession('expiry=-1&a=1', {}, now).hasExpired, true)
})

test('gives a session without an end one, and leaves a later one', () => {
  assert.equal(beginSession('a=1', { maxAge: 100 }, now).session.expiry, now + 100n * second)
  assert.equal(beginSession(undefined, { maxAge: 100 }, now).session.expiry, now + 100n * second)
  const late = now + 10_000n * second
  assert.equal(beginSession(`a=1&expiry=${late}`, { maxAge: 100 }, now).session.expiry, late)
})

test('writes only what was changed where sessions have no end', () => {
  assert.deepEqual(end('a=1', {}), { kind: 'keep', reason: 'unchanged' })
  assert.deepEqual(end('a=1', {}, true), { kind: 'write', expiry: 0n, maxAge: 0 })
  const late = now + 5n * second
  assert.deepEqual(end(`a=1&expiry=${late}`, {}), { kind: 'keep', reason: 'unchanged' })
  assert.deepEqual(end(`a=1&expiry=${late}`, {}, true), { kind: 'write', expiry: late, maxAge: 0 })
})

test('moves the end with every answer where there is no interval', () => {
  const moved = { kind: 'write', expiry: now + 100n * second, maxAge: 100 }
  assert.deepEqual(end('a=1', { maxAge: 100 }), moved)
  assert.deepEqual(end('', { maxAge: 100 }), moved)
  assert.deepEqual(end(`a=1&expiry=${now + 10_000n * second}`, { maxAge: 100 }), moved)
  assert.deepEqual(end(`a=1&expiry=${now + 10_000n * second}`, { maxAge: 100 }, true), moved)
})

test('moves the end by no less than the interval, unless something else was changed', () => {
  const rules = { maxAge: 100, updateInterval: 50 }
  const fresh = { kind: 'keep', reason: 'fresh' }
  const moved = { kind: 'write', expiry: now + 100n * second, maxAge: 100 }
  assert.deepEqual(end('', rules), fresh)
  assert.deepEqual(end(`a=1&expiry=${now + 51n * second}`, rules), fresh)
  assert.deepEqual(end(`a=1&expiry=${now + 50n * second}`, rules), moved)
  assert.deepEqual(end(`a=1&expiry=${now + 90n * second}`, rules, true), moved)
})

test('never writes a session whose end an application has set to the past', () => {
  const { session } = beginSession('a=1', { maxAge: 100 }, now)
  const merged = mergeHeader(session, ['b=2&expiry=5']) ?? assert.fail('nothing merged')
  const verdict = endSession({ session: merged, isChanged: true }, { maxAge: 100 }, now)
  assert.deepEqual(verdict, { kind: 'keep', reason: 'expired' })
})

test('ends a session by the age it began with where the answer is made under rules without one', () => {
  const session = ApacheSession.decode('a=1')
  const verdict = endSession({ session, isChanged: true, begunMaxAge: 30 }, {}, now)
  assert.deepEqual(verdict, { kind: 'write', expiry: now + 30n * second, maxAge: 30 })
  const unchanged = endSession({ session, isChanged: false, begunMaxAge: 30 }, {}, now)
  assert.deepEqual(unchanged, { kind: 'write', expiry: 0n, maxAge: 30 })
})

test('merges the first header, and leaves the session as it is', () => {
  const session = ApacheSession.decode('test=value&another=1')
  assert.equal(mergeHeader(session, []), undefined)
  assert.equal(mergeHeader(session, ['another=5&last=7', 'x=1'])?.encode(), 'test=value&another=5&last=7')
  assert.equal(mergeHeader(session, ['test&another='])?.encode(), '')
  assert.equal(mergeHeader(session, [''])?.encode(), 'test=value&another=1')
  assert.equal(session.encode(), 'test=value&another=1')
})

test('bears the headers that once overflowed Apache', () => {
  for (const value of ['=&'.repeat(200), `${'%'.repeat(300)}=x`, 'a='.repeat(500_000), 'expiry=123456789&=', '&=&=']) {
    assert.equal(mergeHeader(ApacheSession.decode('a=1'), [value])?.has('%'), false)
  }
})

test('ends every recorded request with a maximal age as the real server did', () => {
  const recordedAt = BigInt(behaviour.t0) * 1000n
  const rules = { maxAge: 100 }
  const recorded = behaviour.cases.filter(({ name }) => /^m (?!nocookie)/.test(name))
  assert.equal(recorded.length, 4)
  for (const { name, httpSession, setCookie } of recorded) {
    const { session } = beginSession(name.slice(2), rules, recordedAt)
    assert.equal(coarse(session.encode()), coarse(httpSession ?? ''), name)
    const verdict = endSession({ session, isChanged: false }, rules, recordedAt)
    if (verdict.kind === 'write') session.expiry = verdict.expiry
    assert.equal(coarse(`s=${session.encode()};Max-Age=100;path=/`), coarse(setCookie[0] ?? ''), name)
  }
})

/** Without the seconds that the recording took. */
function coarse(text: string): string {
  return text.replace(/(expiry=\d{8})\d{8}/, '$1…')
}
