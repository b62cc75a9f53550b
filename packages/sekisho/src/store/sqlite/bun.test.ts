import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { caseNames, type Tally } from './contract.worker.ts'

test('keeps the store contract on bun:sqlite, in Bun, and there in a thread of its own', (t) => {
  const bun = fileURLToPath(new URL('../../../../../node_modules/.bin/bun', import.meta.url))
  const program = fileURLToPath(new URL('contract.worker.ts', import.meta.url))
  const { stdout, stderr } = spawnSync(bun, ['--conditions=source', program, 'bun', 'thread'], { encoding: 'utf8' })
  assert.equal(stderr, '')
  const tallies = JSON.parse(stdout) as Tally[]
  const expected = caseNames()
  for (const { driver, passed, failed } of tallies) {
    assert.deepEqual(failed, [], driver)
    assert.deepEqual(passed, expected, driver)
    t.diagnostic(`${driver}: ${passed.length} cases`)
  }
  assert.deepEqual(
    tallies.map(({ driver }) => driver),
    ['bun', 'thread'],
  )
})
