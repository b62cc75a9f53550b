import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram, quantile, since, summed } from './histogram.ts'

test('tells the middle and the tail to within a tenth', () => {
  const histogram = new Histogram()
  for (let value = 1; value <= 1000; value += 1) histogram.add(value / 10)
  for (const [share, right] of [
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ] as const) {
    const told = quantile(histogram.counts(), share) ?? assert.fail()
    assert.ok(Math.abs(told / right - 1) < 0.1, `${share}: ${told} for ${right}`)
  }
})

test('takes what is shorter or longer than any bucket', () => {
  const histogram = new Histogram()
  for (const value of [0, 0.0001, 1e9]) histogram.add(value)
  assert.deepEqual(
    histogram.counts().filter((count) => count > 0),
    [2, 1],
  )
})

test('adds up and takes away', () => {
  const [first, second] = [new Histogram(), new Histogram()]
  first.add(1)
  second.add(1)
  second.add(500)
  const both = summed(first.counts(), second.counts())
  assert.equal(
    both.reduce((sum, count) => sum + count, 0),
    3,
  )
  assert.deepEqual(since(both, first.counts()), second.counts())
  assert.equal(quantile(since(both, both), 0.5), undefined)
})
