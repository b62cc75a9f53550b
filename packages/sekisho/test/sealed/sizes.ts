/** Data that is long, in one cookie or in several. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import type { SealedSessions } from '../../src/session/sealed-contract.ts'
import { failsWith } from '../engine/bench.ts'
import type { Visit, Visitor } from '../engine/visitor.ts'
import { browse, cookieName, idle, navigation, onBench, type Data, type SealedBench } from './bench.ts'

const names = [cookieName, `${cookieName}.1`, `${cookieName}.2`, `${cookieName}.3`]

/** Text of so many octets that would not become shorter. */
function filler(octets: number): string {
  return randomBytes(octets).toString('base64url').slice(0, octets)
}

function chunked(bench: SealedBench, chunks: number): SealedSessions<Data> {
  return bench.revocable({ cookie: { chunks } })
}

async function store(visitor: Visitor<Data>, octets: number): Promise<Visit<Data>> {
  return visitor.request((session) => session.set('name', filler(octets)))
}

onBench('says clearly that data is too large for one cookie, and leaves the old data as it was', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const { token } = visitor
  const visit = await visitor.begin()
  visit.session.set('name', filler(5000))
  const error = await failsWith('ERR_COOKIE_TOO_LARGE', () => visit.commit())
  assert.match(error.message, /cookie `__Host-sid` would hold \d{4} octets, more than fits into one cookie; `cookie\.chunks` allows more/) // prettier-ignore
  assert.deepEqual([error.status, visit.cookies, visitor.token], [500, [], token])
  assert.equal(await visitor.see((session) => session.get('n')), 1)
})

onBench('fills a cookie to its limit and not beyond it', async (bench) => {
  const visitor = bench.browser()
  for (let octets = 2800; ; octets += 1) {
    assert.ok(octets < 3072, 'three quarters of what a cookie holds')
    const visit = await visitor.begin()
    visit.session.set('name', filler(octets))
    try {
      await visit.end()
    } catch {
      assert.ok(octets > 2900, `${octets} octets must fit`)
      break
    }
    assert.ok(cookieName.length + (visitor.token?.length ?? 0) <= 4096)
    assert.equal(await visitor.see((session) => session.get('name')?.length), octets)
  }
})

onBench('carries 12 kB of data where so many cookies are allowed, and says the limit where not', async (bench) => {
  const visitor = browse(chunked(bench, 4))
  const text = filler(12_000)
  const { cookies } = await visitor.request((session) => session.set('name', text))
  assert.equal(cookies.length, 4)
  for (const cookie of cookies) {
    assert.match(cookie, /; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    const [pair = ''] = cookie.split(';')
    assert.ok(pair.length - 1 <= 4096, 'name and value of a cookie')
  }
  assert.equal(await visitor.see((session) => session.get('name')), text)
  const small = await browse(chunked(bench, 3)).begin()
  small.session.set('name', text)
  const error = await failsWith('ERR_COOKIE_TOO_LARGE', () => small.commit())
  assert.match(error.message, /would hold 16\d{3} octets, more than fits into 3 cookies/)
  assert.deepEqual(small.cookies, [])
})

onBench('refuses a number of cookies that is none, or that no server would take', async (bench) => {
  for (const chunks of [0, -1, 1.5, 10, Number.NaN, '2' as unknown as number]) {
    const error = await failsWith('ERR_OPTION', () => bench.sealed({ cookie: { chunks } }))
    assert.match(error.message, /`cookie\.chunks` must be (?:a positive whole number|at most 9)/)
  }
})

onBench('removes the surplus cookies in the answer that shrinks from three to one', async (bench) => {
  const visitor = browse(chunked(bench, 4))
  await store(visitor, 8000)
  assert.deepEqual([...visitor.jar.keys()], names.slice(0, 3))
  const { cookies } = await store(visitor, 10)
  assert.equal(cookies.filter((cookie) => cookie.includes('Max-Age=0')).length, 2)
  assert.deepEqual([...visitor.jar.keys()], [cookieName])
  assert.equal(await visitor.see((session) => session.get('name')?.length), 10)
})

onBench('removes all cookies of a session at logout', async (bench) => {
  const visitor = browse(chunked(bench, 4))
  await store(visitor, 8000)
  await visitor.request((session) => session.logout())
  assert.deepEqual([...visitor.jar], [])
})

onBench('takes no session out of a mixed set, leaves it alone, and replaces it as a whole', async (bench) => {
  const sessions = chunked(bench, 4)
  const [visitor, other] = [browse(sessions), browse(sessions)]
  await store(visitor, 8000)
  await store(other, 8000)
  for (const name of names.slice(0, 3)) {
    const mixed = visitor.twin()
    mixed.jar.set(name, other.jar.get(name) ?? '')
    bench.seen.length = 0
    const { session, cookies } = await mixed.request((visited) => visited.get('name'), navigation)
    assert.deepEqual([session.get('name'), cookies], [undefined, []], name)
    assert.deepEqual(bench.events('rejected'), [{ event: 'rejected', reason: 'ambiguous', address: undefined }])
    const torn = visitor.twin()
    torn.jar.delete(name)
    assert.equal(await torn.see((visited) => visited.get('name')), undefined)
    await store(mixed, 10)
    assert.deepEqual([...mixed.jar.keys()], [cookieName])
  }
})

onBench('refuses every change of a chunk', async (bench) => {
  const visitor = browse(chunked(bench, 4))
  await store(visitor, 8000)
  for (const name of names.slice(0, 3)) {
    const value = visitor.jar.get(name) ?? ''
    for (const at of [0, 2, 9, 11, 12, 1000, value.length - 1]) {
      const changed = visitor.twin()
      const digit = value[at] === '3' ? '4' : '3'
      changed.jar.set(name, value.slice(0, at) + digit + value.slice(at + 1))
      assert.equal(await changed.see((session) => session.get('name')), undefined, `${name} at ${at}`)
    }
  }
})

onBench('goes on with what came last, however overlapping answers of any size arrive', async (bench) => {
  const size = fc.constantFrom(20, 2000, 3500, 6500, 9500)
  const overlapping = fc.array(size, { minLength: 2, maxLength: 4 })
  const order = fc.infiniteStream(fc.nat())
  await fc.assert(
    fc.asyncProperty(size, overlapping, order, async (before, sizes, ranks) => {
      const visitor = browse(chunked(bench, 4))
      await visitor.request((session) => {
        session.login('ada')
        session.set('name', filler(before))
      })
      const visits = await visitor.overlap([], {})
      for (const octets of sizes) {
        const visit = await visitor.begin()
        visit.session.set('name', filler(octets))
        visits.push(visit)
      }
      for (const visit of visits) await visit.commit()
      const arriving = visits.map((visit) => ({ visit, rank: ranks.next().value as number }))
      for (const { visit } of arriving.toSorted((a, b) => a.rank - b.rank)) {
        visit.arrive()
        const seen = await visitor.see((session) => [session.principal, session.get('name')])
        assert.deepEqual(seen, ['ada', visit.session.get('name')])
      }
      await store(visitor, 30)
      assert.deepEqual([...visitor.jar.keys()], [cookieName], 'nothing is left behind')
    }),
    { numRuns: 60 },
  )
})

onBench('seals a long session again as a whole', async (bench) => {
  const visitor = browse(chunked(bench, 4))
  await store(visitor, 8000)
  const name = await visitor.see((session) => session.get('name'))
  bench.pass(idle / 2)
  const { cookies } = await visitor.request((session) => session.has('name'), navigation)
  assert.equal(cookies.length, 3)
  bench.pass(idle)
  assert.equal(await visitor.see((session) => session.get('name')), name)
})

onBench('gives up what is left of a longer set when a session is there without it', async (bench) => {
  const visitor = browse(chunked(bench, 4))
  await store(visitor, 8000)
  visitor.jar.delete(cookieName)
  assert.deepEqual((await visitor.request((session) => session.get('name'))).cookies, [])
  await visitor.request((session) => session.set('n', 1))
  assert.deepEqual([...visitor.jar.keys()], [cookieName])
  assert.equal(await visitor.see((session) => session.get('n')), 1)
})
