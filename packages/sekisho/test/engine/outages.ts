/** A store that fails, hangs, or does not say what it did: nobody is logged out, and nothing counts twice. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type Bench, type Data, type EngineCases } from './bench.ts'
import { after, commandLost, delivered, refused, replyLost, sentTwice, type Fault } from './faults.ts'
import type { Visitor } from './visitor.ts'

const impatient = { storeTimeout: { readMs: 150, writeMs: 150 } } as const

/** Adds one to `n` while the store has some faults at `replace`. @returns What is stored then. */
async function count(bench: Bench, ...faults: Fault[]): Promise<{ stored: unknown; visitor: Visitor<Data> }> {
  const visitor = await bench.visitor<Data>({ n: 0 }, impatient)
  bench.line.next('replace', ...faults)
  const { session } = await visitor.begin()
  assert.equal(await session.update('n', (n) => (n ?? 0) + 1), 1)
  return { stored: await visitor.see((own) => own.get('n')), visitor }
}

/** Faults of the store. */
export const outageCases: EngineCases = casesOf({
  async 'counts a write once whose answer was lost'(bench) {
    const { stored } = await count(bench, replyLost)
    assert.equal(stored, 1)
    assert.equal(bench.events('store-failure').length, 1)
  },

  async 'counts a write once that was sent twice'(bench) {
    assert.equal((await count(bench, sentTwice)).stored, 1)
  },

  async 'sends a write again that was lost on its way'(bench) {
    assert.equal((await count(bench, commandLost)).stored, 1)
  },

  async 'counts a write once that arrives after it was sent again'(bench) {
    const { late, release } = delivered()
    const { stored, visitor } = await count(bench, late)
    assert.equal(stored, 1)
    await release()
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'counts a write once that arrives between the check and the second attempt'(bench) {
    const { late, release } = delivered()
    const arriving = after(release)
    assert.equal((await count(bench, late, arriving)).stored, 1)
  },

  async 'counts a write once that was applied and overtaken by others before it was found out'(bench) {
    const visitor = await bench.visitor({ n: 0 }, impatient)
    const { session } = await visitor.begin()
    bench.line.next('replace', async (send) => {
      await send()
      for (let other = 0; other < 3; other += 1) await visitor.request((own) => own.set('other', other))
      return new Promise(() => {})
    })
    await session.update('n', (n) => (n ?? 0) + 1)
    assert.deepEqual(await visitor.see((own) => [own.get('n'), own.get('other')]), [1, 2])
  },

  async 'replays a write that certainly was not applied'(bench) {
    const visitor = await bench.visitor({ n: 0 }, impatient)
    const { session } = await visitor.begin()
    bench.line.next('replace', async () => {
      await visitor.request((own) => own.set('other', 1))
      return new Promise(() => {})
    })
    await session.update('n', (n) => (n ?? 0) + 1)
    assert.deepEqual(await visitor.see((own) => [own.get('n'), own.get('other')]), [1, 1])
  },

  async 'says that it does not know when too many others have written since'(bench) {
    const visitor = await bench.visitor({ n: 0 }, impatient)
    const { session } = await visitor.begin()
    bench.line.next('replace', async (send) => {
      await send()
      for (let other = 0; other < 6; other += 1) await visitor.request((own) => own.set('other', other))
      return new Promise(() => {})
    })
    const error = await failsWith('ERR_STORE_UNCERTAIN', () => session.update('n', (n) => (n ?? 0) + 1))
    assert.equal(error.status, 503)
    assert.equal(await visitor.see((own) => own.get('n')), 1)
  },

  async 'says that it does not know when a late write and many others come before the second attempt'(bench) {
    const visitor = await bench.visitor({ n: 0 }, impatient)
    const { session } = await visitor.begin()
    const { late, release } = delivered()
    const overtaken = after(async () => {
      await release()
      for (let other = 0; other < 6; other += 1) await visitor.request((own) => own.set('other', other))
    })
    bench.line.next('replace', late, overtaken)
    await failsWith('ERR_STORE_UNCERTAIN', () => session.update('n', (n) => (n ?? 0) + 1))
    assert.equal(await visitor.see((own) => own.get('n')), 1)
  },

  async 'says that it does not know when both attempts and the check stay without an answer'(bench) {
    for (const [verb, faults] of [
      ['replace', [commandLost, replyLost]],
      ['read', [(send: () => unknown) => send(), commandLost]],
    ] as const) {
      const visitor = await bench.visitor({ n: 0 }, impatient)
      bench.line.next(verb, ...faults)
      if (verb === 'read') bench.line.next('replace', commandLost)
      const visit = await visitor.begin()
      visit.session.set('n', 1)
      const error = await failsWith('ERR_STORE_UNCERTAIN', () => visit.commit())
      assert.equal(error.status, 503)
      assert.deepEqual(visit.cookies, [])
    }
  },

  async 'finds out that a session was created whose answer was lost'(bench) {
    const visitor = await bench.visitor({}, impatient)
    visitor.jar.clear()
    bench.line.next('create', replyLost)
    const { cookies } = await visitor.request((session) => session.set('n', 1))
    assert.equal(cookies.length, 1)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'sends no cookie for a session of which it does not know whether it was created'(bench) {
    const visitor = await bench.visitor({}, impatient)
    visitor.jar.clear()
    bench.line.next('create', commandLost)
    const visit = await visitor.begin()
    visit.session.set('n', 1)
    const error = await failsWith('ERR_STORE_UNCERTAIN', () => visit.commit())
    assert.equal(error.status, 503)
    assert.deepEqual(visit.cookies, [])
  },

  async 'logs in once although the answers to the login’s writes are lost'(bench) {
    const visitor = await bench.visitor({ n: 1 }, impatient)
    bench.line.next('replace', replyLost)
    await visitor.request((session) => session.login('ada'))
    assert.deepEqual(await visitor.see((session) => [session.principal, session.meta.generation]), ['ada', 1])
  },

  async 'logs out although the answer to the delete is lost'(bench) {
    const visitor = await bench.visitor({ n: 1 }, impatient)
    const address = await addressOf(visitor)
    bench.line.next('delete', replyLost)
    const { cookies } = await visitor.request((session) => session.logout())
    assert.match(cookies[0] ?? '', /Max-Age=0/)
    assert.equal(await bench.store.read(address), undefined)
  },

  async 'answers 503 and leaves the cookie when the store does not answer a read in time'(bench) {
    const visitor = await bench.visitor({ n: 1 }, impatient)
    bench.line.next('read', replyLost)
    const error = await failsWith('ERR_STORE_TIMEOUT', () => visitor.begin())
    assert.equal(error.status, 503)
    assert.match(error.message, /`read` within 150 ms/)
    assert.equal(bench.events('store-failure')[0]?.verb, 'read')
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'answers 503 with the cause when the store refuses, and goes on when it is back'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    bench.line.next('read', refused)
    const reading = await failsWith('ERR_STORE_UNAVAILABLE', () => visitor.begin())
    assert.equal(reading.status, 503)
    assert.match(String(reading.cause), /connection refused/)
    bench.line.next('replace', refused)
    const visit = await visitor.begin()
    visit.session.set('n', 2)
    const writing = await failsWith('ERR_STORE_UNAVAILABLE', () => visit.commit())
    assert.equal(writing.status, 503)
    assert.deepEqual([...visit.headers], [])
    bench.line.next('create', refused)
    const stranger = visitor.twin()
    stranger.jar.clear()
    await failsWith('ERR_STORE_UNAVAILABLE', () => stranger.request((session) => session.set('n', 1)))
    assert.equal(stranger.token, undefined)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
    assert.deepEqual(
      bench.events('store-failure').map(({ verb }) => verb),
      ['read', 'replace', 'create'],
    )
  },

  async 'does not log out when the store refuses the logout'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    bench.line.next('delete', refused)
    const visit = await visitor.begin()
    await failsWith('ERR_STORE_UNAVAILABLE', () => visit.session.logout())
    await visit.end({ changes: 'drop' })
    assert.deepEqual(visit.cookies, [])
    assert.equal(await visitor.see((session) => session.get('n')), 1)
  },

  async 'can be saved again after a failure, with everything that was changed'(bench) {
    const visitor = await bench.visitor({ n: 1, cart: ['a'] })
    const visit = await visitor.begin()
    visit.session.set('n', 2)
    visit.session.get('cart')?.push('b')
    bench.line.next('replace', refused)
    await failsWith('ERR_STORE_UNAVAILABLE', () => visit.session.save())
    await visit.end()
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 2, cart: ['a', 'b'] })
  },

  async 'stays a login that is pending when the index fails, and makes it when saved again'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const visit = await visitor.begin()
    visit.session.login('ada')
    bench.line.next('add', refused)
    await failsWith('ERR_STORE_UNAVAILABLE', () => visit.session.save())
    await visit.end()
    assert.equal(await visitor.see((session) => session.principal), 'ada')
    assert.equal((await visitor.sessions.admin.list('ada')).length, 1)
  },

  async 'answers although a touch beside the answer fails'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    await bench.pass(60)
    bench.line.next('touch', refused)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
    await visitor.sessions.close()
    assert.deepEqual(
      bench.events('store-failure').map(({ verb }) => verb),
      ['touch'],
    )
  },

  async 'survives a rotation whose write is uncertain'(bench) {
    const visitor = await bench.visitor({ n: 1 }, impatient)
    bench.line.next('replace', replyLost)
    const { cookies } = await visitor.request((session) => session.rotate(), { arrives: false })
    assert.equal(cookies.length, 1)
    assert.equal(await visitor.see((session) => session.get('n')), 1)
    const again = await bench.visitor({ n: 1 }, impatient)
    bench.line.next('replace', replyLost)
    bench.line.next('read', (send) => send(), refused)
    await failsWith('ERR_STORE_UNCERTAIN', () => again.request((session) => session.rotate()))
    assert.equal(await again.see((session) => session.get('n')), 1)
  },

  async 'reports a store that breaks its contract'(bench) {
    const visitor = await bench.visitor({})
    visitor.jar.clear()
    bench.line.next('create', () => 'exists')
    await failsWith('ERR_STORE_CONTRACT', () => visitor.request((session) => session.set('n', 1)))
  },
})
