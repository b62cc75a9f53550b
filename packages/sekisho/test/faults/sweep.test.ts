/**
 * Two nodes remove dead records at once, beside sessions that are made, read, and kept alive in the last moment.
 *
 *     SEKISHO_LONG=1   20,000 sessions, instead of 1,000
 *
 * @module
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { SessionStore } from '../../src/store/contract.ts'
import { long, newAddress, record } from '../../src/store/testing/samples.ts'
import { inhabitants } from './census.ts'
import { seededRandom, until } from './experiment.ts'
import { openTried, type TriedKind } from './opening.ts'
import type { StoreDescription } from './stores.ts'
import { Sweeping, type SweepReport } from './sweep.worker.ts'

const sessions = process.env['SEKISHO_LONG'] === '1' ? 20_000 : 1_000
/** Who visits at the same time. */
const visitors = 8
const sample = { payload: new TextEncoder().encode('{"owner":"somebody"}') }

/** Starts a process that sweeps. @returns What ends it. */
async function startSweeper(t: TestContext, description: StoreDescription): Promise<() => Promise<SweepReport>> {
  const program = fileURLToPath(new URL('sweep.worker.ts', import.meta.url))
  const execArgv = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  const child = fork(program, [JSON.stringify(description)], { execArgv })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return async () => {
    const reported = Promise.race([once(child, 'message'), once(child, 'exit')]) as Promise<[SweepReport]>
    child.send('stop')
    const [report] = await reported
    assert.equal(typeof report, 'object', 'the sweeper has failed')
    return report
  }
}

async function sweepsBesideTraffic(t: TestContext, kind: TriedKind): Promise<void> {
  // Nothing but the store's own care lies between a late touch and a sweep.
  const { store, description } = await openTried(t, kind, { sweepGraceMs: 0 })
  const isShared = kind !== 'memory'
  const start = async (): Promise<() => Promise<SweepReport>> => {
    if (isShared) return startSweeper(t, description)
    const sweeping = new Sweeping(store)
    return () => sweeping.stop()
  }
  const sweepers = await Promise.all([start(), start()])
  const crowd = new Crowd(store, seededRandom(t))
  await crowd.come()
  await until(async () => (await inhabitants(store)).length === crowd.living.size, 'everybody else is dead')
  const reports = await Promise.all(sweepers.map((stop) => stop()))
  const removed = reports.map((report) => report.removed)
  t.diagnostic(`${crowd.living.size} live and ${crowd.dead} dead sessions; ${crowd.checks} looks at live ones`)
  t.diagnostic(`removed ${removed.join(' and ')} in ${reports.map(({ sweeps }) => sweeps).join(' and ')} sweeps`)
  await crowd.look([...crowd.living])
  assert.equal(removed[0]! + removed[1]!, crowd.dead, 'every dead record is removed once')
}

/** Sessions of which 60 % stay, 30 % die, and 10 % are touched about when they die. */
class Crowd {
  readonly living: Set<string> = new Set()
  dead = 0
  checks = 0
  readonly #store: SessionStore
  readonly #random: () => number

  constructor(store: SessionStore, random: () => number) {
    this.#store = store
    this.#random = random
  }

  /** Makes all sessions, while those that are there are used. */
  async come(): Promise<void> {
    const each = Array.from({ length: visitors }, () => this.#comeOneByOne(sessions / visitors))
    await Promise.all(each)
  }

  /** Fails when one of these sessions is not there. */
  async look(addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      this.checks += 1
      assert.ok((await this.#store.read(address)) !== undefined, 'a live session is gone')
    }
  }

  async #comeOneByOne(count: number): Promise<void> {
    const racing: Promise<void>[] = []
    for (let made = 0; made < count; made += 1) {
      const dice = this.#random()
      const address = newAddress()
      const idleMs = dice < 0.6 ? long.idleMs : Math.ceil(200 + this.#random() * 800)
      assert.equal(await this.#store.create(address, record(sample), { ...long, idleMs }), 'created')
      if (dice < 0.6) this.living.add(address)
      else if (dice < 0.9) this.dead += 1
      else racing.push(this.#touchLate(address, idleMs))
      await this.look(this.#some())
    }
    await Promise.all(racing)
  }

  /** Whoever is told that a session was touched finds it alive; whoever is told that it was gone, never again. */
  async #touchLate(address: string, idleMs: number): Promise<void> {
    await pause(idleMs - 30 + this.#random() * 60)
    if ((await this.#store.touch(address, { idleMs: long.idleMs })) === 'touched') this.living.add(address)
    else this.dead += 1
  }

  #some(): string[] {
    const all = [...this.living]
    return [0, 1].flatMap(() => all[Math.floor(this.#random() * all.length)] ?? [])
  }
}

describe(
  `two nodes that sweep ${sessions} sessions beside live traffic remove every dead one, once, and no live one`,
  { concurrency: 2 },
  () => {
    test('in memory', (t) => sweepsBesideTraffic(t, 'memory'))

    test('in files', (t) => sweepsBesideTraffic(t, 'file'))

    test('in SQLite', (t) => sweepsBesideTraffic(t, 'sqlite'))

    test('in PostgreSQL', (t) => sweepsBesideTraffic(t, 'postgres'))

    test('in MariaDB', (t) => sweepsBesideTraffic(t, 'mysql'))
  },
)
