import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { Deadlines } from './deadlines.ts'

test('expires calls in their order, each after its time, and only those that have not ended', async () => {
  const expired: string[] = []
  const started = performance.now()
  const times: number[] = []
  const due = new Deadlines(40)
  const begin = (name: string) => due.begin(() => void (expired.push(name), times.push(performance.now() - started)))
  const [first, second] = [begin('first'), begin('second')]
  await pause(25)
  const third = begin('third')
  due.end(second)
  await pause(120)
  assert.deepEqual(expired, ['first', 'third'])
  assert.ok((times[0] ?? 0) >= 39 && (times[1] ?? 0) >= 64, times.join(' '))
  assert.deepEqual([first.isLate, second.isLate, third.isLate], [true, false, true])
})

test('watches over the calls that are left, in whatever order the others end', async () => {
  const expired: string[] = []
  const due = new Deadlines(30)
  const [first, , third, , last] = ['first', 'second', 'third', 'fourth', 'last'].map((name) =>
    due.begin(() => void expired.push(name)),
  )
  for (const call of [third, first, last, third, first]) if (call !== undefined) due.end(call)
  await pause(80)
  assert.deepEqual(expired, ['second', 'fourth'])
})

test('bears that a call ends which has been late', async () => {
  const expired: string[] = []
  const due = new Deadlines(30)
  const late = due.begin(() => void expired.push('late'))
  await pause(20)
  due.begin(() => void expired.push('next'))
  await pause(20)
  due.end(late)
  assert.deepEqual(expired, ['late'])
  await pause(40)
  assert.deepEqual(expired, ['late', 'next'])
})

test('watches over calls that begin when none waits any more', async () => {
  let expired = 0
  const due = new Deadlines(30)
  due.end(due.begin(() => (expired += 1)))
  await pause(20)
  due.begin(() => (expired += 1))
  await pause(20)
  assert.equal(expired, 0, 'the time of the second began later')
  await pause(60)
  assert.equal(expired, 1)
})
