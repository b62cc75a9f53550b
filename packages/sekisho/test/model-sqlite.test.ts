/** Generated programs over SQLite. */
import { test } from 'node:test'
import { holds } from './model/check.ts'
import { sqliteGrounds } from './model/grounds.ts'

const grounds = await sqliteGrounds()

test('concurrent requests of every kind lose nothing, revive nothing and log nobody out', async (t) => {
  await holds(t, grounds, { short: 250, long: 10_000 })
})
