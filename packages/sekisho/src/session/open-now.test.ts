import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CountingStore } from '../../test/counting-store.ts'
import { json, type Codec } from '../codec/json.ts'
import { MemoryStore } from '../store/memory.ts'
import type { SessionStore } from '../store/contract.ts'
import type { SessionRequest, Sessions } from './contract.ts'
import { defineSession } from './define.ts'

interface Shop {
  visits: number
  cart: string[]
}

test('gives the session at once where the store answers at once', async () => {
  const sessions = shop(new MemoryStore())
  const session = sessions.openNow(await visitor(sessions))
  assert.ok(!('then' in session))
  assert.equal(session.get('visits'), 1)
})

test('gives a promise where the store does', async () => {
  const memory = new MemoryStore()
  const store = new CountingStore()
  store.read = async (address) => memory.read(address)
  store.create = (...call) => memory.create(...call)
  const sessions = shop(store)
  const opening = sessions.openNow(await visitor(sessions))
  assert.ok(opening instanceof Promise)
  assert.equal((await opening).get('visits'), 1)
})

test('throws where open rejects', async () => {
  const store = new CountingStore()
  const sessions = shop(store)
  const request = await visitor(sessions)
  store.failing.add('read')
  assert.throws(() => sessions.openNow(request), { code: 'ERR_STORE_UNAVAILABLE' })
  await assert.rejects(sessions.open(request), { code: 'ERR_STORE_UNAVAILABLE' })
})

test('encodes the data of a write once', async () => {
  let encodings = 0
  const codec: Codec = {
    parse: json.parse,
    stringify(value) {
      encodings += 1
      return json.stringify(value)
    },
  }
  const sessions = shop(new MemoryStore(), codec)
  const request = await visitor(sessions)
  const session = await sessions.open(request)
  session.set('visits', 2)
  encodings = 0
  await sessions.commit(session, { status: 200, headers: new Headers() })
  assert.equal(encodings, 1)
  assert.equal((await sessions.open(request)).get('visits'), 2)
})

test('shows the handler nothing through which a record in the store could be changed', async () => {
  const sessions = shop(new MemoryStore())
  const request = await visitor(sessions)
  const { amr } = (await sessions.open(request)).meta
  ;(amr as string[]).push('forged')
  assert.deepEqual((await sessions.open(request)).meta.amr, ['pwd'])
})

function shop(store: SessionStore, codec: Codec = json): Sessions<Shop> {
  return defineSession<Shop>({ name: 'shop', store, codec, development: false, sweep: false })
}

/** A request of somebody who has logged in. */
async function visitor(sessions: Sessions<Shop>): Promise<SessionRequest> {
  const headers = new Headers()
  const session = await sessions.open({ headers: {} })
  session.login('alice', { amr: ['pwd'] })
  session.set('visits', 1)
  await sessions.commit(session, { status: 200, headers })
  return { headers: { cookie: headers.getSetCookie()[0]?.split(';')[0] } }
}
