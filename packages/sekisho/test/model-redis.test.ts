/** Generated programs over Redis. */
import { test } from 'node:test'
import { holds } from './model/check.ts'
import { redisGrounds } from './model/grounds.ts'

const grounds = redisGrounds()

test('concurrent requests of every kind lose nothing, revive nothing and log nobody out', async (t) => {
  await holds(t, grounds, { short: 150, long: 5000, never: 'sweep: removed' })
})
