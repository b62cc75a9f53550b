import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NoTurnError, Turns } from './turns.ts'

describe('Turns', () => {
  it('runs so many at once, in their order, also after failures', async () => {
    const turns = new Turns({ running: 2, waiting: 10 })
    const order: number[] = []
    let [running, most] = [0, 0]
    const work = (number: number) => async () => {
      running += 1
      most = Math.max(most, running)
      order.push(number)
      await new Promise(setImmediate)
      running -= 1
      if (number === 2) throw new Error('two')
      return number
    }
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map((number) => turns.run(work(number))))
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
      [1, 'failed', 3, 4, 5],
    )
    assert.deepEqual(order, [1, 2, 3, 4, 5])
    assert.equal(most, 2)
  })

  it('refuses what comes when as many wait as may', async () => {
    const turns = new Turns({ running: 1, waiting: 1 })
    let finish = (): void => undefined
    const first = turns.run(() => new Promise<void>((resolve) => (finish = resolve)))
    const second = turns.run(async () => 'second')
    assert.equal(turns.isFull, true)
    await assert.rejects(
      turns.run(async () => 'third'),
      NoTurnError,
    )
    finish()
    await first
    assert.equal(await second, 'second')
    assert.equal(await turns.run(async () => 'fourth'), 'fourth')
  })
})
