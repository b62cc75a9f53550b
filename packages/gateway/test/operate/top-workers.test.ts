import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runSekisho } from '../command/run.ts'
import { BusySite, topOf } from './busy-site.ts'

interface Line {
  readonly workers: number
  readonly sessions: number | null
  readonly counts: Readonly<Record<string, number>>
  readonly totals: Readonly<Record<string, number>>
  readonly store: { readonly p50: number; readonly p99: number }
  readonly requests: { readonly p50: number; readonly p99: number }
  readonly gateway: { readonly pid: number; readonly workers: number; readonly file: string }
}

/** Looks once, and sees what the work does meanwhile. */
async function lookedAt(busy: BusySite, work: () => Promise<unknown>): Promise<Line> {
  const looking = runSekisho(topOf(busy, ['--once', '--json', '--interval', '2']))
  let isOver = false
  void looking.finally(() => (isOver = true))
  while (!isOver) await work()
  const { stdout, stderr, code } = await looking
  assert.equal(code, 0, stderr)
  assert.equal(stdout.trimEnd().split('\n').length, 1)
  return JSON.parse(stdout) as Line
}

test('adds up what the workers of a gateway do', async () => {
  await using busy = await BusySite.serve('SessionStore file', { process: true, workers: 2 })
  const copied = await busy.user('carol')
  const stale = copied.cookie('sessionid') ?? assert.fail()
  const visitors = await Promise.all(Array.from({ length: 6 }, () => busy.guest('tea')))
  let logins = 0
  const line = await lookedAt(busy, async () => {
    await Promise.all(visitors.map((visitor) => visitor.get(`/shop?n=${Math.random()}`)))
    await busy.user('alice')
    logins += 1
    await busy.site.visitor({ cookies: false }).get('/', { Cookie: `sessionid=${stale.slice(0, 40)}${'A'.repeat(24)}` })
  })
  const { counts, totals, store, requests } = line
  assert.deepEqual([line.workers, line.gateway.workers, line.gateway.file], [2, 2, join(busy.site.root, 'site.conf')])
  assert.ok(Number(line.sessions) >= 7, `${line.sessions} sessions`)
  assert.ok(Number(counts['logins']) > 0 && Number(counts['logins']) <= logins, JSON.stringify(counts))
  assert.ok(Number(totals['logins']) >= 1 + Number(counts['logins']))
  for (const name of ['requests', 'loaded', 'saved', 'storeCalls', 'replays']) assert.ok(Number(counts[name]) > 0, name)
  assert.ok(store.p50 > 0 && store.p99 >= store.p50 && requests.p99 >= requests.p50, JSON.stringify(line))
})
