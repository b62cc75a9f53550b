import assert from 'node:assert/strict'
import { it } from 'node:test'
import { byteRange } from './byte-range.ts'

it('reads one part of a file, and ignores what it need not understand', () => {
  assert.deepEqual(byteRange('bytes=0-0', 10), { first: 0, last: 0 })
  assert.deepEqual(byteRange('bytes=5-', 10), { first: 5, last: 9 })
  assert.deepEqual(byteRange('bytes=5-99', 10), { first: 5, last: 9 })
  assert.deepEqual(byteRange(' Bytes = -3 ', 10), { first: 7, last: 9 })
  assert.deepEqual(byteRange('bytes=-99', 10), { first: 0, last: 9 })
  for (const ignored of [undefined, '', 'bytes=', 'bytes=-', 'bytes=5-4', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b'])
    assert.equal(byteRange(ignored, 10), undefined, ignored)
})

it('tells of a part that is not there', () => {
  assert.equal(byteRange('bytes=10-', 10), 'unsatisfiable')
  assert.equal(byteRange('bytes=-0', 10), 'unsatisfiable')
  assert.equal(byteRange('bytes=0-', 0), 'unsatisfiable')
})
