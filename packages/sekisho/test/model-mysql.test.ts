/** Generated programs over MariaDB. */
import { test } from 'node:test'
import { holds } from './model/check.ts'
import { mysqlGrounds } from './model/grounds.ts'

const grounds = await mysqlGrounds()

test('concurrent requests of every kind lose nothing, revive nothing and log nobody out', async (t) => {
  await holds(t, grounds, { short: 100, long: 3000 })
})
