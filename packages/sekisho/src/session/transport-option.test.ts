import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  carrierHandOff,
  carrierParts,
  cookieTransport,
  defineSession,
  type Session,
  type Sessions,
  type Transport,
} from '../index.ts'
import { MemoryStore } from '../store/memory.ts'

const cookie = cookieTransport({ application: 'shop', development: true })
/** As a cookie, with the carrier backwards. */
const backwards: Transport = {
  read(headers) {
    const { carrier, ...rest } = cookie.read(headers)
    return carrier === undefined ? rest : { ...rest, carrier: turned(carrier) }
  },
  write(headers, change, presented) {
    cookie.write(headers, change.kind === 'set' ? { ...change, carrier: turned(change.carrier) } : change, presented)
  },
}

test('sessions travel as the transport has it', async () => {
  const sessions = defineSession<{ n: number }>({ name: 'shop', store: new MemoryStore(), transport: backwards })
  const first = await sessions.open({ method: 'GET', headers: {} })
  first.data.n = 1
  const headers = new Headers()
  await sessions.commit(first, { status: 200, headers })
  const sent = /^sid-shop=([^;]*)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? ''
  const again = await sessions.open({ method: 'GET', headers: { cookie: `sid-shop=${sent}` } })
  assert.equal(again.data.n, 1)
  const straight = await sessions.open({ method: 'GET', headers: { cookie: `sid-shop=${turned(sent)}` } })
  assert.equal(straight.data.n, undefined)
})

test('what a store files a session under can be told from its carrier', async () => {
  const store = new MemoryStore()
  const sessions = defineSession({ name: 'shop', store, development: true })
  const { carrier, address } = sessions.reserve()
  const session = await sessions.open({ method: 'GET', headers: { cookie: `sid-shop=${carrier}` } }, { reserved: true })
  session.ensure()
  await sessions.commit(session, { status: 200, headers: new Headers() })
  const parts = carrierParts(carrier)
  assert.equal(parts.address, address)
  assert.equal((await store.read(parts.address))?.record.current, parts.current)
  assert.throws(() => carrierParts('short'), { code: 'ERR_ARGUMENT' })
  // Nor with a character whose low octet is that of a digit (U+0141, of `A`), or a digit of plain base64.
  for (const other of ['\u0141', '\u00c1', '+', '/', '=', ' '])
    assert.throws(() => carrierParts(carrier.slice(1) + other), { code: 'ERR_ARGUMENT' }, other)
})

test('a session that somebody else has moved is handed over to the old carrier, until that is dead', async () => {
  const store = new MemoryStore()
  const sessions = defineSession<{ n: number }>({ name: 'shop', store, development: true })
  const begun = await sessions.open({ headers: {} })
  begun.data.n = 1
  const first = await committed(sessions, begun)
  const moved = async (until: number): Promise<void> => {
    const { address } = carrierParts(first)
    const stored = await store.read(address)
    assert.ok(stored !== undefined)
    const record = { ...stored.record, ...carrierHandOff(first, until) }
    const lifetime = { idleMs: 60_000 }
    assert.equal(await store.replace(address, record, stored.version, lifetime, 'id'), 'replaced')
  }
  await moved(Date.now() + 60_000)
  const late = await sessions.open({ headers: { cookie: `sid-shop=${first}` } })
  assert.equal(late.data.n, 1)
  const next = await committed(sessions, late)
  assert.notEqual(next, first)
  assert.equal((await sessions.open({ headers: { cookie: `sid-shop=${next}` } })).data.n, 1)
  await moved(Date.now() - 1)
  assert.equal((await sessions.open({ headers: { cookie: `sid-shop=${first}` } })).data.n, undefined)
  assert.throws(() => carrierHandOff('short', 0), { code: 'ERR_ARGUMENT' })
})

test('a transport stands alone, and has both of its methods', () => {
  const store = new MemoryStore()
  const options = { name: 'shop', store, transport: backwards }
  assert.throws(() => defineSession({ ...options, cookie: {} }), {
    code: 'ERR_OPTION',
    message: /`transport` must be absent/,
  })
  assert.throws(() => defineSession({ ...options, header: true }), {
    code: 'ERR_OPTION',
    message: /`transport` must be absent/,
  })
  assert.throws(() => defineSession({ ...options, transport: {} as Transport }), {
    code: 'ERR_OPTION',
    message: /`read` and `write`/,
  })
})

function turned(text: string): string {
  return [...text].toReversed().join('')
}

/** The carrier in the cookie that the end of a request sets. */
async function committed<Data extends object>(sessions: Sessions<Data>, session: Session<Data>): Promise<string> {
  const headers = new Headers()
  await sessions.commit(session, { status: 200, headers })
  return /^sid-shop=([^;]*)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? ''
}
