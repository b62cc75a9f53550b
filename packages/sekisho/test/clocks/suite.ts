/** Three processes over one store on a server, whose own clocks are right, an hour ahead, and an hour behind. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { codes, Fleet } from '../processes/fleet.ts'
import type { Errand, Outcome } from '../processes/node.ts'
import type { SharedKind } from '../processes/places.ts'
import type { ServerProcess } from '../processes/server-process.ts'

const hour = 3_600_000
const clocks = [0, hour, -hour]
/** Seconds, enough for a few requests on a machine that has much to do; a session is touched a tenth of its idle time late. */
const brief = { idle: 2, absolute: 5 }
const touchMs = brief.idle * 100

const fresh = { name: 'new', deed: 'set' } as const

/** Defines the tests for a store. */
export async function clockSuite(kind: SharedKind): Promise<void> {
  const usual = await Fleet.start(kind, { clocks, sessions: { cookie: { persistent: true } } })
  const short = await Fleet.start(kind, { clocks, sessions: { lifetime: brief, rotation: { every: 1, grace: 0.3 } } })
  suite('with the usual lifetimes', () => {
    lifeCases(usual)
    requestCases(usual)
  })
  suite('with short lifetimes', { concurrency: true }, () => shortCases(short))
}

function lifeCases(fleet: Fleet): void {
  const { processes } = fleet

  test('the processes do not agree about the time', async () => {
    const told = await Promise.all(processes.map((one) => one.clock()))
    const off = told.map((time, index) => Math.abs(time - Date.now() - (clocks[index] ?? 0)))
    assert.ok(Math.max(...off) < 60_000, String(off))
  })

  test('what one of them makes is alive for all, for as long as the cookie says', async () => {
    for (const maker of processes) {
      const { cookie, maxAge } = await ask(maker, fresh)
      assert.ok(maxAge !== undefined && maxAge > 43_195 && maxAge <= 43_200, `Max-Age=${maxAge}`)
      assert.equal((await everywhere(fleet, { name: 'look', deed: 'look', cookie })).every(isAlive), true)
    }
  })

  test('no sweep takes a live session', async () => {
    const made = await everywhere(fleet, fresh)
    const swept: number[] = []
    for (const one of [...processes, ...processes]) swept.push(await one.sweep())
    assert.deepEqual(swept, [0, 0, 0, 0, 0, 0])
    for (const { cookie } of made) assert.notEqual((await fleet.see(cookie)).meta.address, undefined)
  })

  test('all of them tell the same times of a session', async () => {
    for (const [index, one] of processes.entries()) await ask(one, { name: 'in', deed: `login user-${index}` })
    for (const index of processes.keys()) {
      const [first, ...others] = await Promise.all(processes.map((one) => one.list(`user-${index}`)))
      const [session] = first ?? []
      assert.ok(session !== undefined && Math.abs(session.createdAt - Date.now()) < 60_000)
      assert.equal(session.absoluteDeadline, session.createdAt + 43_200_000)
      for (const other of others) assert.deepEqual(other, first)
    }
  })
}

function requestCases(fleet: Fleet): void {
  const { processes } = fleet

  test('a browser that goes from one to the other is not given one secret after the other', async () => {
    let { cookie } = await ask(processes[0], fresh)
    for (let turn = 0; turn < 15; turn += 1) {
      const answer = await ask(processes[turn % 3], { name: 'page', deed: 'look', cookie, navigates: true })
      assert.deepEqual([isAlive(answer), answer.cookie], [true, undefined])
    }
    for (const one of processes) {
      const rotated = await ask(one, { name: 'rotate', deed: 'rotate', cookie, navigates: true })
      const { cookie: newest, maxAge } = rotated
      assert.ok(newest !== undefined && newest !== cookie && maxAge !== undefined && maxAge > 43_100, `${maxAge}`)
      const late = await everywhere(fleet, { name: 'late', deed: 'look', cookie })
      assert.ok(late.every((answer) => isAlive(answer) && answer.cookie === newest))
      // Now that the new secret has been seen, the old one works for half a minute.
      assert.ok(isAlive(await ask(one, { name: 'seen', deed: 'set', cookie: newest })))
      assert.ok((await everywhere(fleet, { name: 'late', deed: 'look', cookie })).every(isAlive))
      cookie = newest
    }
  })

  test('what one of them has locked is locked for all', async () => {
    const { cookie } = await ask(processes[0], fresh)
    for (const holder of processes) {
      await holder.open([{ name: 'holder', deed: 'set', cookie, lock: { lease: 10 } }])
      const others = processes.filter((one) => one !== holder)
      const errand = { name: 'other', deed: 'set', cookie, lock: { wait: 0 } } as const
      const refused = await Promise.all(others.map((one) => ask(one, errand)))
      assert.deepEqual(codes(refused), ['ERR_SESSION_LOCKED', 'ERR_SESSION_LOCKED'])
      assert.deepEqual(codes(await holder.finish()), [])
    }
  })

  test('a revocation ends the earlier logins of all, and no later one', async () => {
    for (const [index, admin] of processes.entries()) {
      const errand = { name: 'in', deed: `login revoked-${index}` } as const
      const early = await everywhere(fleet, errand)
      assert.equal(await admin.revokeAll(`revoked-${index}`), 3)
      const late = await everywhere(fleet, errand)
      for (const { cookie } of early) assert.equal((await fleet.see(cookie)).meta.address, undefined)
      for (const { cookie } of late) assert.equal((await fleet.see(cookie)).principal, `revoked-${index}`)
    }
  })
}

function shortCases(fleet: Fleet): void {
  test('a session that is used through all of them lives to its limit and no longer, and is rotated when it is due', async (t) => {
    const { processes } = fleet
    const began = performance.now()
    let { cookie } = await ask(processes[1], fresh)
    let used = { from: began, to: performance.now() }
    const made = used
    let [lives, rotations] = [0, 0]
    for (let turn = 0; ; turn += 1) {
      await pause(100)
      const from = performance.now()
      const answer = await ask(processes[turn % 3], { name: 'page', deed: 'look', cookie, navigates: true })
      const now = { from, to: performance.now() }
      const mayLive = now.from < made.to + brief.absolute * 1000 && now.from < used.to + brief.idle * 1000 + touchMs
      const mustLive = now.to < made.from + brief.absolute * 1000 && now.to < used.from + brief.idle * 1000
      if (isAlive(answer)) assert.ok(mayLive, `lives ${now.from - made.to} ms after it was made`)
      else assert.ok(!mustLive, `dead ${now.to - made.from} ms after it was made`)
      if (!isAlive(answer)) break
      lives += 1
      used = now
      if (answer.cookie !== undefined) rotations += 1
      cookie = answer.cookie ?? cookie
    }
    t.diagnostic(`${lives} pages through all three, ${rotations} rotations in ${brief.absolute} s`)
    assert.ok(lives >= 3 && rotations >= 1 && rotations <= brief.absolute)
  })

  test('a session that is not used dies for all of them, and for none too early', async () => {
    const from = performance.now()
    const [looked, unused] = [await everywhere(fleet, fresh), await everywhere(fleet, fresh)]
    const to = performance.now()
    const early = await fleet.run(looked.map(({ cookie }) => ({ name: 'early', deed: 'look', cookie })))
    // What is looked at on a machine that was too busy proves nothing.
    if (performance.now() < from + brief.idle * 1000) assert.ok(early.every(isAlive))
    await pause(Math.max(0, to + brief.idle * 1000 + touchMs + 50 - performance.now()))
    for (const { cookie } of unused) {
      assert.ok(!(await everywhere(fleet, { name: 'late', deed: 'look', cookie })).some(isAlive))
    }
  })
}

/** Each process is asked the same, one after the other. */
async function everywhere(fleet: Fleet, errand: Errand): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const one of fleet.processes) outcomes.push(await ask(one, errand))
  return outcomes
}

async function ask(one: ServerProcess | undefined, errand: Errand): Promise<Outcome> {
  const [outcome] = (await one?.run([errand])) ?? []
  return outcome ?? assert.fail('no such process')
}

function isAlive({ address, code }: Outcome): boolean {
  assert.equal(code, undefined)
  return address !== undefined
}
