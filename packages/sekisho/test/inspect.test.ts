/** What somebody who runs the site may see of a session, without its visitor. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { defineSession, KeyRing, type EncryptionOptions, type Sessions } from '../src/index.ts'
import { MemoryStore } from '../src/store/memory.ts'
import { Visitor } from './engine/visitor.ts'

interface Data {
  cart: string[]
}

const store = new MemoryStore()

test('shows the data of a session that is stored as it is', async () => {
  const address = await visitorOf(sessionsWith())
  assert.deepEqual(await sessionsWith().admin.inspect(address), {
    bytes: Buffer.byteLength('{"cart":["茶"]}'),
    encrypted: false,
    data: { cart: ['茶'] },
  })
})

test('opens what the keys of the server have encrypted, and nothing with other keys', async () => {
  const keyRing = new KeyRing([randomBytes(32)])
  const address = await visitorOf(sessionsWith({ keyRing }))
  const content = await sessionsWith({ keyRing }).admin.inspect(address)
  assert.deepEqual([content?.encrypted, content?.data], [true, { cart: ['茶'] }])
  for (const encryption of [undefined, { keyRing: new KeyRing([randomBytes(32)]) }]) {
    const closed = await sessionsWith(encryption).admin.inspect(address)
    assert.deepEqual([closed?.encrypted, closed?.data, closed?.bytes], [true, undefined, content?.bytes])
  }
})

test('opens nothing that only the visitor can open', async () => {
  const encryption = { keyRing: new KeyRing([randomBytes(32)]), mode: 'carrier' } as const
  const address = await visitorOf(sessionsWith(encryption))
  const content = await sessionsWith(encryption).admin.inspect(address)
  assert.deepEqual([content?.encrypted, content?.data], [true, undefined])
})

test('refuses data that is not encrypted where all of it has to be', async () => {
  const address = await visitorOf(sessionsWith())
  const keyRing = new KeyRing([randomBytes(32)])
  assert.equal((await sessionsWith({ keyRing }).admin.inspect(address))?.data, undefined)
  assert.deepEqual((await sessionsWith({ keyRing, acceptPlain: true }).admin.inspect(address))?.data, { cart: ['茶'] })
})

test('knows no session that is not there', async () => {
  assert.equal(await sessionsWith().admin.inspect('0'.repeat(64)), undefined)
})

function sessionsWith(encryption?: EncryptionOptions): Sessions<Data> {
  return defineSession<Data>({
    name: 'shop',
    store,
    development: false,
    ...(encryption !== undefined && { encryption }),
  })
}

async function visitorOf(sessions: Sessions<Data>): Promise<string> {
  const visitor = new Visitor(sessions)
  await visitor.request((session) => session.set('cart', ['茶']))
  return (await visitor.see((session) => session.meta.address)) ?? assert.fail()
}
