/** Leases between processes, on stores that are shared. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { SekishoError } from '../errors.ts'
import { newAddress } from '../store/testing/samples.ts'
import { SessionLease } from './lease.ts'
import { openPlace, unguarded, type Holding, type Opened, type Place } from './lease.worker.ts'

const program = fileURLToPath(new URL('lease.worker.ts', import.meta.url))
const leaseMs = 1200

test('delays the next by its lease when a holder is killed: files', (t) => afterKill(t, inDirectory(t, 'file')))

test('delays the next by its lease when a holder is killed: SQLite', (t) => afterKill(t, inDirectory(t, 'sqlite')))

test('delays the next by its lease when a holder is killed: Redis', (t) => afterKill(t, redisPlace()))

test('gives each of twenty who wait the lock in turn: files', (t) => inTurn(t, inDirectory(t, 'file')))

test('gives each of twenty who wait the lock in turn: SQLite', (t) => inTurn(t, inDirectory(t, 'sqlite')))

test('gives each of twenty who wait the lock in turn: Redis', (t) => inTurn(t, redisPlace()))

/** A process has the lock for longer than its lease, while it lives; when it was killed, it delays the next by no more. */
async function afterKill(t: TestContext, place: Place): Promise<void> {
  const [address, { locks }] = [newAddress(), await open(t, place)]
  const { child, text } = await holder(t, { ...place, address, leaseMs })
  const take = (waitMs: number): Promise<SessionLease> =>
    SessionLease.take(locks, address, { waitMs, leaseMs, guard: unguarded })
  await assert.rejects(take(2 * leaseMs), ({ code }: SekishoError) => code === 'ERR_SESSION_LOCKED')
  assert.equal(text(), 'held\n')
  child.kill('SIGKILL')
  const killed = performance.now()
  const lease = await take(20_000)
  const delay = performance.now() - killed
  assert.ok(delay <= leaseMs + 1000, `${delay} ms after a lease of ${leaseMs} ms`)
  assert.equal(lease.lost, false)
  await lease.release()
  t.diagnostic(`${Math.round(delay)} ms after the kill, with a lease of ${leaseMs} ms`)
}

/** Through two handles, as from two processes. */
async function inTurn(t: TestContext, place: Place): Promise<void> {
  const handles = [await open(t, place), await open(t, place)]
  const address = newAddress()
  const began = performance.now()
  let [inside, entered] = [0, 0]
  const visit = async (_: unknown, turn: number): Promise<void> => {
    const { locks } = handles[turn % 2] ?? assert.fail()
    const lease = await SessionLease.take(locks, address, { waitMs: 20_000, leaseMs: 10_000, guard: unguarded })
    assert.equal((inside += 1), 1)
    entered += 1
    await pause(5)
    inside -= 1
    await lease.release()
  }
  await Promise.all(Array.from({ length: 20 }, visit))
  assert.equal(entered, 20)
  t.diagnostic(`${Math.round(performance.now() - began)} ms for 20 requests of 5 ms`)
}

async function open(t: TestContext, place: Place): Promise<Opened> {
  const opened = await openPlace(place)
  t.after(() => opened.close())
  return opened
}

/** A process that has the lock by now. */
async function holder(t: TestContext, holding: Holding): Promise<{ child: ChildProcess; text: () => string }> {
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', program, JSON.stringify(holding)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  assert.equal(said, 'held\n')
  return { child, text: () => said }
}

function inDirectory(t: TestContext, kind: 'file' | 'sqlite'): Place {
  const name = mkdtempSync(join(tmpdir(), 'sekisho-lease-'))
  t.after(() => rmSync(name, { recursive: true, force: true }))
  return { kind, name }
}

function redisPlace(): Place {
  return { kind: 'redis', name: `lease-${newAddress().slice(0, 16)}:` }
}
