/** Generated programs over session files. */
import { test } from 'node:test'
import { holds } from './model/check.ts'
import { fileGrounds } from './model/grounds.ts'

const grounds = await fileGrounds()

test('concurrent requests of every kind lose nothing, revive nothing and log nobody out', async (t) => {
  await holds(t, grounds, { short: 150, long: 5000 })
})
