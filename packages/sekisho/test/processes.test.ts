/** Three processes over one directory of session files. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Session } from '../src/session/contract.ts'
import {
  finish,
  openWith,
  ServerProcess,
  sharedSessions,
  type Data,
  type Deed,
  type Errand,
  type Outcome,
} from './processes.worker.ts'

const isLong = process.env['SEKISHO_LONG'] === '1'
const rounds = isLong ? 200 : 12
const directory = mkdtempSync(join(tmpdir(), 'sekisho-processes-'))
const { store, sessions } = sharedSessions(directory)
let processes: ServerProcess[] = []

before(() => {
  processes = [1, 2, 3].map(() => new ServerProcess(directory))
})

after(async () => {
  for (const one of processes) one.stop()
  await sessions.close()
  rmSync(directory, { recursive: true, force: true })
})

test('50 overlapping requests that each set their own key keep all of them', async (t) => {
  const cookie = await visitor((session) => session.set('count', 0))
  const outcomes = await together(t, requests(50, 'set', cookie))
  const session = await openWith(sessions, cookie)
  assert.deepEqual(codes(outcomes), [])
  assert.equal(session.keys().filter((key) => key.startsWith('own-')).length, 50)
})

test('50 overlapping requests that each push to one array keep every item', async (t) => {
  const cookie = await visitor((session) => session.set('list', []))
  const errands = requests(50, 'push', cookie)
  assert.deepEqual(codes(await together(t, errands)), [])
  const session = await openWith(sessions, cookie)
  assert.deepEqual(session.get('list')?.toSorted(), errands.map(({ name }) => name).toSorted())
})

test('100 overlapping updates that add one make exactly 100', async (t) => {
  const cookie = await visitor((session) => session.set('count', 0))
  assert.deepEqual(codes(await together(t, requests(100, 'increment', cookie))), [])
  const session = await openWith(sessions, cookie)
  assert.equal(session.get('count'), 100)
})

test('no slow writer brings a session back that has been logged out', async (t) => {
  const tally = { written: 0, dropped: 0 }
  for (let round = 0; round < rounds; round += 1) {
    const cookie = await visitor((session) => session.set('count', 0))
    const outcomes = await together(undefined, [...slow(12, 'set', cookie), errand('out', 'logout', cookie, 15)])
    const logout = outcomes.find(({ deed }) => deed === 'logout')
    assert.deepEqual([logout?.code, logout?.cookie], [undefined, ''])
    const writers = outcomes.filter(({ deed }) => deed === 'set')
    assert.deepEqual(codes(writers), [])
    assert.deepEqual(
      writers.filter((writer) => writer.cookie !== undefined),
      [],
    )
    assert.equal((await openWith(sessions, cookie)).meta.address, undefined)
    const written = writers.filter(({ address }) => address !== undefined)
    for (const { address } of written) assert.equal(store.read(address ?? ''), undefined)
    tally.written += written.length
    tally.dropped += writers.length - written.length
  }
  t.diagnostic(`${rounds} logouts: ${tally.written} writes before, ${tally.dropped} dropped after`)
  assert.ok(tally.written > 0 && tally.dropped > 0)
})

test('nothing that a slow request writes reaches the session that a login has made', async (t) => {
  const tally = { written: 0, dropped: 0 }
  for (let round = 0; round < rounds; round += 1) {
    const cookie = await visitor((session) => session.set('list', ['kept']))
    const outcomes = await together(undefined, [...slow(12, 'set', cookie), errand('in', 'login alice', cookie, 15)])
    assert.deepEqual(codes(outcomes), [])
    const login = outcomes.find(({ name }) => name === 'in')
    const session = await openWith(sessions, login?.cookie)
    assert.deepEqual([session.principal, session.meta.generation, session.keys()], ['alice', 1, ['list']])
    assert.equal((await openWith(sessions, cookie)).meta.address, undefined)
    const writers = outcomes.filter(({ deed }) => deed === 'set')
    assert.deepEqual(
      writers.filter((writer) => writer.cookie !== undefined),
      [],
    )
    tally.written += writers.filter(({ address }) => address !== undefined).length
    tally.dropped += writers.filter(({ address }) => address === undefined).length
  }
  t.diagnostic(`${rounds} logins: ${tally.written} writes before, ${tally.dropped} dropped after`)
  assert.ok(tally.written > 0 && tally.dropped > 0)
})

test('of two rotations at once one is made, and both browsers have a cookie that works', async (t) => {
  let handedOff = 0
  for (let round = 0; round < rounds; round += 1) {
    const cookie = await visitor((session) => session.set('count', round))
    const outcomes = await together(undefined, requests(3, 'rotate', cookie))
    const cookies = new Set(outcomes.map((outcome) => outcome.cookie))
    assert.deepEqual(codes(outcomes), [])
    assert.equal(cookies.size, 1, 'one new secret, given to all')
    handedOff += outcomes.length - cookies.size
    const [newest] = cookies
    for (const works of [cookie, newest]) assert.equal((await openWith(sessions, works)).get('count'), round)
  }
  t.diagnostic(`${rounds} rotations, ${handedOff} hand-offs`)
})

test('revokeAll ends what was there before, and nothing is alive but unlisted', async (t) => {
  const tally = { ended: 0, survived: 0, before: 0 }
  for (let round = 0; round < rounds; round += 1) {
    const principal = `user-${round}`
    const early = await together(undefined, requests(6, `login ${principal}`, undefined))
    const [admin, ...others] = processes
    const logins = [...slow(9, `login ${principal}`, undefined)]
    await Promise.all(others.map((one, index) => one.open(share(logins, index, others.length))))
    const racing = Promise.all(others.map((one) => one.finish()))
    await pause(Math.random() * 25)
    const ended = (await admin?.revokeAll(principal)) ?? 0
    const outcomes = (await racing).flat()
    assert.deepEqual(codes([...early, ...outcomes]), [])
    for (const { cookie } of early) assert.equal((await openWith(sessions, cookie)).principal, undefined)
    const alive = await living(outcomes)
    const listed = await sessions.admin.list(principal)
    assert.deepEqual(listed.map(({ address }) => address).toSorted(), alive.toSorted(), 'alive and listed')
    // A login that was ended half way has begun again, so more may have ended than are missing.
    assert.ok(ended >= early.length + outcomes.length - alive.length, `${ended} ended`)
    tally.ended += ended
    tally.survived += alive.length
    tally.before += early.length
    const [late] = await together(undefined, requests(1, `login ${principal}`, undefined))
    assert.equal((await openWith(sessions, late?.cookie)).principal, principal)
  }
  t.diagnostic(`${rounds} × revokeAll: ${tally.before} before, ${tally.ended} ended, ${tally.survived} logins after it`)
  assert.ok(tally.survived > 0 && tally.ended > tally.before)
})

/** A session of a new visitor. @returns Its cookie. */
async function visitor(fill: (session: Session<Data>) => void): Promise<string> {
  const session = await openWith(sessions, undefined)
  fill(session)
  return (await finish(sessions, session)) ?? assert.fail('no cookie')
}

/** Opens all requests, spread over the processes, and only then goes on with them. */
async function together(t: TestContext | undefined, errands: readonly Errand[]): Promise<Outcome[]> {
  await Promise.all(processes.map((one, index) => one.open(share(errands, index, processes.length))))
  const began = performance.now()
  const outcomes = (await Promise.all(processes.map((one) => one.finish()))).flat()
  t?.diagnostic(`${errands.length} requests in ${(performance.now() - began).toFixed(0)} ms`)
  return outcomes
}

function share(errands: readonly Errand[], index: number, shares: number): Errand[] {
  return errands.filter((_, at) => at % shares === index)
}

function requests(times: number, deed: Deed, cookie: string | undefined): Errand[] {
  return Array.from({ length: times }, (_, at) => errand(String(at), deed, cookie, 0))
}

/** The same, with handlers that take their time. */
function slow(times: number, deed: Deed, cookie: string | undefined): Errand[] {
  return Array.from({ length: times }, (_, at) => errand(String(at), deed, cookie, Math.random() * 30))
}

function errand(name: string, deed: Deed, cookie: string | undefined, takes: number): Errand {
  return { name, deed, cookie, takes }
}

function codes(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ code }) => code ?? [])
}

async function living(outcomes: readonly Outcome[]): Promise<string[]> {
  const alive: string[] = []
  for (const { cookie } of outcomes) {
    const { meta, principal } = await openWith(sessions, cookie)
    if (principal !== undefined && meta.address !== undefined) alive.push(meta.address)
  }
  return alive
}
