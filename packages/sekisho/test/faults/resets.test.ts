/** The network between the application and its store breaks connections, or goes away and comes back. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Experiment } from './experiment.ts'
import { proxiedGround, type ServerKind } from './grounds.ts'
import type { FaultyProxy } from './proxy.ts'
import { Workers } from './workers.ts'

const long = process.env['SEKISHO_LONG'] === '1'
/** How often a connection is broken, and for how many milliseconds a server is away and there, how often. */
const resets = { times: long ? 200 : 15, everyMs: 60 }
const flaps = { times: long ? 15 : 2, ms: long ? 2_000 : 700 }

async function survives(t: TestContext, kind: ServerKind): Promise<void> {
  const { store, proxy } = await proxiedGround(t, kind)
  const experiment = new Experiment(t, await Workers.start(t, { store }))
  await experiment.untilAnswered(200, 40)
  await breakConnections(proxy)
  await experiment.untilAnswered(200, 40)
  const { accepted } = proxy
  assert.ok(accepted > 6, 'no connection was made anew')
  await comeAndGo(proxy)
  await experiment.untilAnswered(200, 40)
  const statuses = await experiment.conclude()
  t.diagnostic(`${accepted} connections after the resets; ${statuses.get(503) ?? 0} answers 503 in all`)
  assert.ok((statuses.get(503) ?? 0) > 0, 'nobody met an outage')
}

async function breakConnections(proxy: FaultyProxy): Promise<void> {
  for (let time = 0; time < resets.times; time += 1) {
    await pause(resets.everyMs)
    proxy.reset()
  }
}

async function comeAndGo(proxy: FaultyProxy): Promise<void> {
  for (let time = 0; time < flaps.times; time += 1) {
    await proxy.become({ kind: 'refuse' })
    proxy.reset()
    await pause(flaps.ms)
    await proxy.heal()
    await pause(flaps.ms)
  }
}

describe(
  'when connections are reset in the middle of requests, and when the server comes and goes, nothing is lost',
  { concurrency: 3 },
  () => {
    test('with PostgreSQL', (t) => survives(t, 'postgres'))

    test('with MariaDB', (t) => survives(t, 'mysql'))

    test('with Redis', (t) => survives(t, 'redis'))
  },
)
