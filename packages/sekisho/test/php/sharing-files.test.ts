/** One session file, and processes of PHP and of ours that use it at the same time. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { decodeVars } from 'sekisho/php'
import { Counting, newId } from './counting.ts'

const isLong = process.env['SEKISHO_LONG'] === '1'
const times = isLong ? 1000 : 50
const kills = isLong ? 60 : 3

let directory: string
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'sekisho-php-'))
})
after(() => rmSync(directory, { recursive: true }))

test(`four processes of PHP and four of ours count to ${8 * times} in one file`, async () => {
  const id = begun()
  const job = { directory, id, times }
  const counting = [
    ...[1, 2, 3, 4].map(() => Counting.ofPhp({ 'session.save_path': directory }, job)),
    ...[1, 2].map(() => Counting.ofOurs({ ...job, manner: 'lock' })),
    ...[1, 2].map(() => Counting.ofOurs({ ...job, manner: 'merge' })),
  ]
  await Promise.all(counting.map((one) => one.done()))
  assert.equal(countOf(id), 8 * times)
})

test('PHP that is killed while it has the session keeps nobody out', async () => {
  const id = begun()
  const holder = Counting.ofPhp({ 'session.save_path': directory }, { id, times: 1, workMs: 60_000 })
  await holder.started()
  await assertFreedByKill(holder, Counting.ofOurs({ manner: 'lock', directory, id, times: 1 }))
  assert.equal(countOf(id), 1)
})

test('a process of ours that is killed while it has the session keeps nobody out', async () => {
  const id = begun()
  const holder = Counting.ofOurs({ manner: 'lock', directory, id, times: 1, workMs: 60_000 })
  await holder.started()
  await assertFreedByKill(holder, Counting.ofPhp({ 'session.save_path': directory }, { id, times: 1 }))
  assert.equal(countOf(id), 1)
})

test('the engine reads and works while PHP has the session, and writes when it is free', async () => {
  const id = begun('n|i:5;')
  const holder = Counting.ofPhp({ 'session.save_path': directory }, { id, times: 1, workMs: 5000 })
  await holder.started()
  const engine = Counting.ofOurs({ manner: 'merge', directory, id, times: 1 })
  await engine.started()
  assert.equal(holder.hasEnded, false, 'it has opened the session while PHP had the lock')
  await Promise.all([holder.done(), engine.done()])
  assert.equal(countOf(id), 7)
})

test(`${kills} kills of a process that writes all the time leave a session that can be read`, async () => {
  const id = begun('n|i:1;')
  for (let kill = 0; kill < kills; kill += 1) {
    const counted = countOf(id)
    const manner = kill % 2 === 0 ? 'lock' : 'merge'
    const writer = Counting.ofOurs({ manner, directory, id, times: 1_000_000 })
    await writer.started()
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
    await writer.kill()
    assert.ok(countOf(id) >= counted, 'what was counted before is still there')
  }
  await Counting.ofPhp({ 'session.save_path': directory }, { id, times: 1 }).done()
})

/** A new session with this content. */
function begun(content = ''): string {
  const id = newId()
  writeFileSync(join(directory, `sess_${id}`), content, { mode: 0o600 })
  return id
}

function countOf(id: string): number {
  const path = join(directory, `sess_${id}`)
  assert.ok(existsSync(path))
  const count = decodeVars('php', readFileSync(path)).get('n') ?? 0
  assert.ok(typeof count === 'number')
  return count
}

async function assertFreedByKill(holder: Counting, waiter: Counting): Promise<void> {
  await waiter.ready()
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.deepEqual([holder.hasEnded, waiter.hasEnded], [false, false], 'it waits')
  const killedAt = performance.now()
  await holder.kill()
  await waiter.done()
  assert.ok(performance.now() - killedAt < 10_000, 'and no longer than until the kill')
}
