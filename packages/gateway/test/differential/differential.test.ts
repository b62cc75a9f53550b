/**
 * The same configurations and visits on the real server and on the gateway.
 *
 *     SEKISHO_LONG=1                5000 sequences of visits from a random seed on, instead of 200
 *     SEKISHO_DIFFERENTIAL_SEED=n   that sequence alone
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { atMost } from '../../src/lib/at-most.ts'
import { exceptions } from './exceptions.ts'
import { type Hits, play } from './play.ts'
import { report } from './report.ts'
import type { Scenario } from './scenario.ts'
import { filesFor, scenarioOf } from './scenarios.ts'
import { BothServers } from './servers.ts'

const long = process.env['SEKISHO_LONG'] === '1'
const single = process.env['SEKISHO_DIFFERENTIAL_SEED']
const usual = long ? 5000 : 200
const count = single === undefined ? usual : 1
const first = Number(single ?? (long ? Math.floor(Math.random() * 2 ** 23) : 1))
/** Scenarios that share servers, and how many of them are played at a time. */
const batch = { size: 100, atOnce: 4 }

it(`answers like the real server, but for what is different on purpose: seeds ${first} to ${first + count - 1}`, async (t) => {
  const hits: Hits = new Map()
  const failures: string[] = []
  for (let from = first; from < first + count && failures.length < 20; from += batch.size)
    failures.push(...(await playBatch(from, Math.min(batch.size, first + count - from), hits)))
  for (const { name } of exceptions) t.diagnostic(`${hits.get(name) ?? 0} × ${name}`)
  if (failures.length > 0) assert.fail(`\n${failures.join('\n\n')}`)
  // An exception that nothing needs any more has to go.
  if (long)
    assert.deepEqual(
      exceptions.filter(({ name }) => !hits.has(name)),
      [],
    )
})

async function playBatch(from: number, size: number, hits: Hits): Promise<string[]> {
  const seeds = Array.from({ length: size }, (_, at) => from + at)
  let scenarios: readonly Scenario[] = []
  await using servers = await BothServers.start((places) => {
    scenarios = seeds.map((seed) => scenarioOf(seed, places))
    return scenarios.flatMap(({ hosts }) => hosts.map((host) => host.text)).join('\n')
  }, filesFor(seeds))
  const failures: string[] = []
  await atMost(batch.atOnce, scenarios, async (scenario) => {
    const found = await play(scenario, servers, hits).catch((error: unknown) => {
      throw new Error(`SEKISHO_DIFFERENTIAL_SEED=${scenario.seed}`, { cause: error })
    })
    if (found !== undefined) failures.push(await report(scenario, found, servers))
  })
  return failures
}
