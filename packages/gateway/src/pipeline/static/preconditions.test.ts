import assert from 'node:assert/strict'
import { it } from 'node:test'
import { checkPreconditions, rangeApplies } from './preconditions.ts'

const file = { etag: '"a"', modifiedAt: Date.parse('2026-01-02T03:04:05.678Z') }
const [before, same, later] = [
  'Fri, 02 Jan 2026 03:04:04 GMT',
  'Fri, 02 Jan 2026 03:04:05 GMT',
  'Fri, 02 Jan 2026 03:04:06 GMT',
]
const check = (headers: Record<string, string | undefined>, method = 'GET', validators = file) =>
  checkPreconditions(method, (name) => headers[name], validators)

it('has nothing for whoever has it already', () => {
  assert.equal(check({ 'if-none-match': 'W/"a"' }), 'not-modified')
  assert.equal(check({ 'if-none-match': '"b", "a"' }), 'not-modified')
  assert.equal(check({ 'if-none-match': '*' }, 'HEAD'), 'not-modified')
  assert.equal(check({ 'if-modified-since': same }), 'not-modified')
  assert.equal(check({ 'if-modified-since': later }), 'not-modified')
})

it('sends everything else, and believes the tag before the time', () => {
  assert.equal(check({}), 'send')
  assert.equal(check({ 'if-none-match': '"b"', 'if-modified-since': later }), 'send')
  assert.equal(check({ 'if-modified-since': before }), 'send')
  assert.equal(check({ 'if-modified-since': 'whenever' }), 'send')
  assert.equal(check({ 'if-modified-since': same }, 'POST'), 'send')
})

it('refuses what is asked for under a condition that does not hold', () => {
  assert.equal(check({ 'if-match': '"b"' }), 'failed')
  assert.equal(check({ 'if-match': '"a"' }), 'send')
  assert.equal(check({ 'if-match': 'W/"a"' }, 'GET', { ...file, etag: 'W/"a"' }), 'failed')
  assert.equal(check({ 'if-unmodified-since': before }), 'failed')
  assert.equal(check({ 'if-unmodified-since': same }), 'send')
  assert.equal(check({ 'if-none-match': '"a"' }, 'POST'), 'failed')
})

it('gives a part only of what the client has the rest of', () => {
  assert.deepEqual(
    [undefined, '"a"', '"b"', 'W/"a"', same, later].map((condition) => rangeApplies(condition, file)),
    [true, true, false, false, true, false],
  )
  assert.equal(rangeApplies('"a"', { ...file, etag: 'W/"a"' }), false)
})
