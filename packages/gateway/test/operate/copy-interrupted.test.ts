import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ctrlC, typeAt } from '../command/pty.ts'
import { BusySite } from './busy-site.ts'
import { opened, place } from './copy-places.ts'
import { countLiving, fillFiles } from './crowd.ts'
import { Traffic } from './traffic.ts'

/** So many that a fast machine has not copied them before the keys arrive. */
const living = 8000

test('shows how far it is, stops at Ctrl-C beside live traffic, and goes on from there', async (t) => {
  const directory = place(t)
  await using busy = await BusySite.serve('SessionStore file')
  await fillFiles(join(busy.site.root, 'state/sessions'), { living, dead: 0 })
  using traffic = await Traffic.begin(busy)
  const words = [
    'copy',
    join(busy.site.root, 'site.conf'),
    `sqlite:${join(directory, 'new.db')}`,
    '--state',
    join(busy.site.root, 'state'),
  ]
  const { screen, code } = await typeAt(words, [{ after: '━', type: ctrlC }], { cwd: directory, columns: 120 })
  assert.equal(code, 130)
  const [, done = ''] =
    /stopped behind (\d+) sessions; the same command goes on there \(.*sekisho-copy-\w+\.json\)/.exec(screen) ?? []
  assert.ok(Number(done) >= 100 && Number(done) < living, screen)
  const [file = ''] = readdirSync(directory).filter((name) => name.endsWith('.json'))
  assert.match(readFileSync(join(directory, file), 'utf8'), /"format":1,.*"cursor":"[0-9a-f]{64}"/)
  const again = await typeAt(words, [], { cwd: directory, columns: 120 })
  assert.equal(again.code, 0, again.screen)
  assert.match(again.screen, new RegExp(`behind the ${done} of an earlier run`))
  assert.match(again.screen, /compared 200 of them, all the same/)
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.endsWith('.json')),
    [],
  )
  assert.ok((await traffic.end()) >= 5)
  assert.equal(await countLiving(await opened(t, `sqlite:${join(directory, 'new.db')}`)), living + 5)
})
