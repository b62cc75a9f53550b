import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeadlineQueue, type Queued } from './deadline-queue.ts'

test('has the earliest at hand whatever the order of arrival', () => {
  const queue = filled([5, 3, 8, 1, 9, 2, 7])
  assert.deepEqual(drained(queue), [1, 2, 3, 5, 7, 8, 9])
})

test('follows deadlines that move either way', () => {
  const queue = new DeadlineQueue<Queued>()
  const items = [5, 3, 8, 1].map((due) => added(queue, due))
  queue.move(items[3] ?? assert.fail(), 10)
  queue.move(items[2] ?? assert.fail(), 2)
  assert.deepEqual(drained(queue), [2, 3, 5, 10])
})

test('lets go of an item in the middle, at the end and alone', () => {
  const queue = new DeadlineQueue<Queued>()
  const items = [5, 3, 8, 1, 9].map((due) => added(queue, due))
  for (const at of [1, 4]) queue.remove(items[at] ?? assert.fail())
  assert.deepEqual(drained(queue), [1, 5, 8])
  assert.equal(queue.first, undefined)
})

test('counts what is due', () => {
  const queue = filled([5, 3, 8, 1, 9, 3])
  assert.deepEqual(
    [0, 1, 3, 8, 99].map((instant) => queue.countDue(instant)),
    [0, 1, 3, 5, 6],
  )
})

test('counts a deadline that was moved away no more, and is in order again', () => {
  const queue = new DeadlineQueue<Queued>()
  const items = [1, 2, 3, 4, 5].map((due) => added(queue, due))
  for (const at of [0, 2]) queue.move(items[at] ?? assert.fail(), 9 - at)
  assert.equal(queue.countDue(4), 2)
  assert.deepEqual(
    items.map(({ rank }) => rank),
    [9, 2, 7, 4, 5],
  )
  assert.deepEqual(drained(queue), [2, 4, 5, 7, 9])
})

test('stays in order through ten thousand changes', () => {
  const queue = new DeadlineQueue<Queued>()
  const items: Queued[] = []
  let seed = 42
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let change = 0; change < 10_000; change += 1) {
    const item = items[random(items.length + 1)]
    if (item === undefined || change % 3 === 0) items.push(added(queue, random(1000)))
    else if (change % 3 === 1) queue.move(item, random(1000))
    else queue.remove(items.splice(items.indexOf(item), 1)[0] ?? item)
  }
  const expected = items.map((item) => item.due).toSorted((a, b) => a - b)
  assert.equal(queue.countDue(500), expected.filter((due) => due <= 500).length)
  assert.deepEqual(drained(queue), expected)
})

function added(queue: DeadlineQueue<Queued>, due: number): Queued {
  const item = { due, rank: 0, position: 0 }
  queue.add(item)
  return item
}

function filled(dues: readonly number[]): DeadlineQueue<Queued> {
  const queue = new DeadlineQueue<Queued>()
  for (const due of dues) added(queue, due)
  return queue
}

function drained(queue: DeadlineQueue<Queued>): number[] {
  const dues: number[] = []
  for (let item = queue.first; item !== undefined; item = queue.first) {
    assert.equal(queue.size > 0, true)
    dues.push(item.due)
    queue.remove(item)
  }
  assert.equal(queue.size, 0)
  return dues
}
