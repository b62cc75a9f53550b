/** How long sealed sessions live, and when they are sealed again. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Visitor } from '../engine/visitor.ts'
import { absolute, fetched, idle, navigation, onBench, type Data } from './bench.ts'

type Kind = 'navigation' | 'fetched'
const kinds = { navigation, fetched }

async function isAlive(visitor: Visitor<Data>): Promise<boolean> {
  return (await visitor.twin().see((session) => session.get('n'))) === 1
}

/** Sends a request. @returns Whether the answer sealed again. */
async function sealsAgain(visitor: Visitor<Data>, kind: Kind): Promise<boolean> {
  const { cookies } = await visitor.request((session) => assert.equal(session.get('n'), 1), kinds[kind])
  return cookies.length > 0
}

onBench('ends without use, whatever the browser still sends', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const address = await visitor.see((session) => session.meta.address)
  bench.pass(2 * idle)
  bench.seen.length = 0
  const { session, cookies } = await visitor.request((visited) => visited.get('n'), navigation)
  assert.deepEqual([session.get('n'), session.meta.address, cookies], [undefined, undefined, []])
  assert.deepEqual(bench.seen, [{ event: 'expired', address }])
})

onBench('ends at the absolute deadline however much it is used, and not before', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const { createdAt = 0, absoluteDeadline } = await visitor.see((session) => session.meta)
  assert.equal(absoluteDeadline, createdAt + absolute * 1000)
  for (let second = 100; second < absolute; second += 100) {
    bench.pass(100)
    await visitor.request((session) => session.set('name', String(second)), navigation)
    assert.equal((await visitor.see((session) => session.meta)).absoluteDeadline, absoluteDeadline)
  }
  bench.pass(99.999)
  assert.ok(await isAlive(visitor))
  bench.pass(0.001)
  assert.ok(!(await isAlive(visitor)))
})

onBench('begins anew, with new deadlines, for a visitor whose session has ended', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  bench.pass(absolute)
  await visitor.request((session) => session.set('name', 'new'))
  assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { name: 'new' })
  const { createdAt } = await visitor.see((session) => session.meta)
  assert.equal(createdAt, Date.now())
})

onBench('seals again for a page when half of the idle time has gone, and not before', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  bench.pass(idle / 2 - 1)
  assert.ok(!(await sealsAgain(visitor, 'navigation')))
  bench.pass(1)
  assert.ok(await sealsAgain(visitor, 'navigation'))
  assert.ok(!(await sealsAgain(visitor, 'navigation')))
  bench.pass(idle / 2 - 1)
  assert.ok(!(await sealsAgain(visitor, 'navigation')))
})

onBench('takes a browser without Fetch Metadata that accepts HTML for one that wants a page', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  bench.pass(idle / 2)
  const plain = await visitor.begin({ headers: { accept: 'application/json' } })
  assert.deepEqual((await plain.end()).cookies, [])
  const page = await visitor.begin({ headers: { accept: 'text/html,*/*;q=0.8' } })
  assert.equal((await page.end()).cookies.length, 1)
})

onBench('waits with other answers until pages have had their chance', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  bench.pass((idle * 3) / 4 - 1)
  assert.ok(!(await sealsAgain(visitor, 'fetched')))
  bench.pass(1)
  assert.ok(await sealsAgain(visitor, 'fetched'))
})

onBench('never seals again in an answer whose cookie a browser would not keep', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  bench.pass(idle)
  for (const init of [{ method: 'HEAD' }, { status: 304 }, { status: 103 }, { deliverable: false }]) {
    const { cookies } = await visitor.request(() => {}, { ...navigation, ...init })
    assert.deepEqual(cookies, [])
  }
  assert.deepEqual(bench.events('undeliverable'), [])
  assert.ok(await sealsAgain(visitor, 'navigation'))
})

onBench('keeps a session alive for as long as it is used, with pages or without', async (bench) => {
  for (const kind of ['navigation', 'fetched'] as const) {
    const visitor = await bench.visitor({ n: 1 })
    let seals = 0
    for (let second = 0; second < absolute - 50; second += 50) {
      if (await sealsAgain(visitor, kind)) seals += 1
      bench.pass(50)
    }
    assert.ok(seals >= 4 && seals <= (2 * absolute) / idle, `${seals} seals`)
  }
})

onBench('ends no session sooner than the idle time after its last use, and none at twice that', async (bench) => {
  const request = fc.record({ kind: fc.constantFrom<Kind>('navigation', 'fetched'), after: fc.nat(idle - 1) })
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 6 }), async (requests) => {
      const visitor = await bench.visitor({ n: 1 })
      for (const { kind, after } of requests) {
        bench.pass(after)
        await sealsAgain(visitor, kind)
      }
      bench.pass(idle - 0.001)
      assert.ok(await isAlive(visitor), 'it has not been idle for so long')
      bench.pass(idle)
      assert.ok(!(await isAlive(visitor)), 'it has been idle for twice as long')
    }),
    { numRuns: 300 },
  )
})

onBench('stops sealing again when the absolute deadline is near enough', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  for (let second = 0; second < absolute - 100; second += 100) {
    bench.pass(100)
    await sealsAgain(visitor, 'navigation')
  }
  bench.pass(99)
  assert.ok(!(await sealsAgain(visitor, 'navigation')), 'it could not live longer for it')
})

onBench(
  'writes no Max-Age unless the cookie is persistent, and then never beyond the absolute deadline',
  async (bench) => {
    const { cookies } = await bench.browser().request((session) => session.set('n', 1))
    assert.doesNotMatch(cookies.join(), /Max-Age|Expires/)
    const kept = bench.browser(bench.sealed({ cookie: { persistent: true } }))
    const first = await kept.request((session) => session.set('n', 1))
    assert.match(first.cookies.join(), new RegExp(`; Max-Age=${absolute}(;|$)`))
    bench.pass(300)
    const second = await kept.request((session) => session.set('n', 2))
    assert.match(second.cookies.join(), new RegExp(`; Max-Age=${absolute - 300}(;|$)`))
    const preset = bench.browser(bench.sealed({ lifetime: 'persistent' }))
    const third = await preset.request((session) => session.set('n', 1))
    assert.match(third.cookies.join(), /; Max-Age=\d+/)
  },
)
