import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ctrlC, typeAt } from '../command/pty.ts'
import { BusySite } from './busy-site.ts'
import { countLiving, fillFiles } from './crowd.ts'
import { Traffic } from './traffic.ts'

test('shows how far it is, stops at Ctrl-C between two batches, and goes on when it is run again', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  const directory = join(busy.site.root, 'state/sessions')
  await fillFiles(directory, { living: 2500, dead: 1500 })
  using traffic = await Traffic.begin(busy)
  const { screen, code } = await typeAt(busy.words(['gc']), [{ after: '500', type: ctrlC }])
  assert.equal(code, 130)
  const [, first = ''] = /file: interrupted after (\d+); run the command again to go on/.exec(screen) ?? []
  assert.ok(Number(first) >= 500 && Number(first) < 1500, screen)
  const rest = await busy.run(['gc'])
  // The gateway itself removes up to a thousand a minute.
  const [, second = ''] = /^file: removed (\d+) expired sessions\n$/.exec(rest.stdout) ?? []
  assert.ok(Number(second) > 0 && Number(first) + Number(second) <= 1500, rest.stdout)
  assert.equal((await busy.run(['gc'])).stdout, 'file: removed 0 expired sessions\n')
  assert.ok((await traffic.end()) >= 5)
  await using stores = await busy.stores()
  assert.equal(await countLiving(stores.stores[0]?.store ?? assert.fail()), 2500 + 5)
})

test('doubts the clock when more than half has died at once, says so, and can be stopped', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  await busy.guest('tea')
  await fillFiles(join(busy.site.root, 'state/sessions'), { living: 100, dead: 300 })
  const { screen, code } = await typeAt(busy.words(['gc']), [{ after: 'goes on in 61 s', type: ctrlC }], {
    columns: 200,
  })
  assert.equal(code, 130)
  assert.match(
    screen,
    /\d+ of \d+ records are dead at once\. Is the clock right\? It says \w{3} [^]*interrupted after 0/,
  )
})
