/**
 * The engine over a real store, in generated programs of concurrent requests and in generated orders of their store calls.
 *
 *     SEKISHO_LONG=1        many more programs
 *     SEKISHO_MODEL_SEED=n  the programs of an earlier run
 *
 * @module
 */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, before, type TestContext } from 'node:test'
import fc from 'fast-check'
import { channels, type SessionEvent, type SessionEvents } from '../../src/lib/events-node.ts'
import type { Grounds } from './grounds.ts'
import { program, type Program } from './program.ts'
import { count, type Tally } from './traffic.ts'
import { World } from './world.ts'

/** What the programs must come to, each at least once in a hundred of them, or the test would prove nothing. */
const situations = [
  'request begun in the middle of another',
  'replace: conflict',
  'event: superseded',
  'event: rotated',
  'event: replay',
  'login: same session',
  'hand-off',
  'dead token presented',
  'answer lost',
  'late duplicate',
  'HEAD',
  'jar checked',
  'revoked',
] as const
/** The same of these, where there are {@link many} programs. */
const rareSituations = [
  'replace: gone',
  'delete: conflict',
  'event: gone',
  'event: undeliverable',
  'rejected with ERR_SESSION_GONE',
  'rejected with ERR_SESSION_SUPERSEDED',
  'login: fresh session',
  'revoked all',
  'touch: touched',
] as const
/** Each at least once, where there are {@link many}. */
const rarestSituations = ['delete: gone', 'sweep: removed', 'login begun anew by a revocation'] as const
const many = 1500

/** The seed of all programs of this run. */
export const seed: number = Number(process.env['SEKISHO_MODEL_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

let [world, tally]: [World | undefined, Tally] = [undefined, new Map()]
const counted: readonly SessionEvent[] = ['superseded', 'gone', 'rotated', 'replay', 'undeliverable', 'login']
const listeners = counted.map((name) => {
  const listen = (): void => {
    if (world?.traffic.isQuiet === false) count(tally, `event: ${name}`)
  }
  return { channel: channels[name], listen }
})

const listenToLogouts = (message: unknown): void => {
  const { address, by } = message as SessionEvents['destroyed']
  if (by === 'logout') world?.noteLogout(address)
}

before(() => {
  channels.destroyed.subscribe(listenToLogouts)
  for (const { channel, listen } of listeners) channel.subscribe(listen)
})
after(() => {
  channels.destroyed.unsubscribe(listenToLogouts)
  for (const { channel, listen } of listeners) channel.unsubscribe(listen)
})

/** How many programs are run. */
export interface Extent {
  readonly short: number
  readonly long: number
  /** What cannot come about on this store. */
  readonly never?: (typeof rarestSituations)[number]
}

/** Runs so many programs, none of which may find anything wrong. */
export async function holds(t: TestContext, grounds: Grounds, extent: Extent): Promise<void> {
  const runs = process.env['SEKISHO_LONG'] === '1' ? extent.long : extent.short
  tally = new Map()
  const orders = new Set<string>()
  const rejections: unknown[] = []
  const reject = (error: unknown): void => void rejections.push(error)
  process.on('unhandledRejection', reject)
  try {
    await fc.assert(property(grounds, orders), { numRuns: runs, seed })
  } finally {
    process.off('unhandledRejection', reject)
  }
  assert.deepEqual(rejections, [])
  // A login reads the epoch twice, and twice more when it begins anew.
  count(tally, 'login begun anew by a revocation', of('epoch read') / 2 - of('event: login'))
  t.diagnostic(`seed ${seed}: ${runs} programs, ${orders.size} different orders of ${of('turns')} turns`)
  t.diagnostic(
    [...tally]
      .toSorted()
      .map(([situation, times]) => `${situation} ${times}`)
      .join(', '),
  )
  checkSituations(runs, extent)
}

function checkSituations(runs: number, { never }: Extent): void {
  for (const situation of [...situations, ...(runs < many ? [] : rareSituations)]) {
    assert.ok(of(situation) > runs / 100, `too seldom: ${situation}`)
  }
  if (never !== undefined) assert.equal(of(never), 0, never)
  for (const situation of runs < many ? [] : rarestSituations) {
    if (situation !== never) assert.ok(of(situation) > 0, `never: ${situation}`)
  }
}

/** Runs programs until one of them finds what is wrong; one of them must. */
export async function findsOut(t: TestContext, grounds: Grounds): Promise<void> {
  const found = await fc.check(property(grounds), { numRuns: many, seed, endOnFailure: true })
  assert.ok(found.failed, 'a broken store was not found out')
  assert.ok(found.counterexample !== null)
  t.diagnostic(`seed ${seed}: found by program ${found.numRuns}: ${String(found.errorInstance).split('\n')[0]}`)
}

function property(grounds: Grounds, orders?: Set<string>): fc.IAsyncProperty<[fc.Scheduler, Program]> {
  return fc.asyncProperty(fc.scheduler(), program, async (scheduler, generated) => {
    await grounds(async (ground) => {
      world = new World({ program: generated, ground, scheduler, tally })
      await world.run()
    })
    if (orders === undefined) return
    const labels = scheduler.report().map(({ label }) => label)
    orders.add(hash('sha1', labels.join()))
  })
}

function of(situation: string): number {
  return tally.get(situation) ?? 0
}
