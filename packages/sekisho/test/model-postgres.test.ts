/** Generated programs over PostgreSQL. */
import { test } from 'node:test'
import { holds } from './model/check.ts'
import { postgresGrounds } from './model/grounds.ts'

const grounds = await postgresGrounds()

test('concurrent requests of every kind lose nothing, revive nothing and log nobody out', async (t) => {
  await holds(t, grounds, { short: 100, long: 3000 })
})
