/** What a thief of the store, or somebody who can write to it, gets out of encrypted sessions. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { isSealed, type VaultMode } from '../src/crypto/vault.ts'
import { defineSession, KeyRing, type Sessions } from '../src/index.ts'
import type { SessionRecord, StoredSession } from '../src/store/contract.ts'
import { MemoryStore } from '../src/store/memory.ts'
import { channels } from '../src/lib/events-node.ts'
import { Visitor } from './engine/visitor.ts'

interface Data {
  cart: string[]
}

const life = { idleMs: 1_800_000, absoluteMs: 43_200_000 }

/** A store over which rows can be changed as somebody with access to it would. */
class OpenStore extends MemoryStore {
  forge(address: string, change: (stored: StoredSession) => Partial<SessionRecord>): void {
    const stored = this.read(address)
    assert.ok(stored)
    const record = { ...stored.record, ...change(stored), writeIds: ['forged'] }
    assert.equal(this.replace(address, record, stored.version, life, 'forged'), 'replaced')
  }
}

interface Scene {
  readonly store: OpenStore
  readonly ring: KeyRing
  readonly sessions: Sessions<Data>
  /** A user with a session that is some requests old. */
  user(name: string): Promise<Visitor<Data>>
}

function scene(
  mode: VaultMode,
  ring: KeyRing = new KeyRing([randomBytes(32)]),
  store: OpenStore = new OpenStore(),
): Scene {
  const sessions = defineSession<Data>({ name: 'shop', store, encryption: { keyRing: ring, mode }, development: false })
  return {
    store,
    ring,
    sessions,
    async user(name) {
      const visitor = new Visitor(sessions)
      await visitor.request((session) => session.login(name))
      await visitor.request((session) => session.set('cart', [`of ${name}`]))
      return visitor
    },
  }
}

const addressOf = async (visitor: Visitor<Data>): Promise<string> =>
  (await visitor.see((session) => session.meta.address)) ?? ''
const seen = (visitor: Visitor<Data>): Promise<unknown> =>
  visitor.see((session) => [session.principal, session.get('cart')])
const nobody = [undefined, undefined]

for (const mode of ['keyring', 'carrier'] as const) {
  describe(`encrypted at rest with ${mode}`, () => {
    test('the store holds nothing readable', async () => {
      const { store, user } = scene(mode)
      const address = await addressOf(await user('alice'))
      const payload = store.read(address)?.record.payload
      assert.ok(payload !== undefined && isSealed(payload))
      assert.ok(!Buffer.from(payload).includes('of alice'))
    })

    test('a row copied into another row is no session, and the other one goes on', async (t) => {
      const { store, user } = scene(mode)
      const [alice, bob] = [await user('alice'), await user('bob')]
      const reasons: unknown[] = []
      const note = (message: unknown): void => void reasons.push((message as { reason: string }).reason)
      channels.rejected.subscribe(note)
      t.after(() => channels.rejected.unsubscribe(note))
      const stolen = store.read(await addressOf(bob))?.record.payload
      store.forge(await addressOf(alice), () => ({ payload: stolen ?? new Uint8Array() }))
      assert.deepEqual(await seen(alice), nobody)
      assert.deepEqual(reasons, ['unsealable'])
      assert.deepEqual(await seen(bob), ['bob', ['of bob']])
    })

    test('a session whose user was changed in the store is no session', async () => {
      const { store, user } = scene(mode)
      const mallory = await user('mallory')
      store.forge(await addressOf(mallory), () => ({ principal: 'admin' }))
      assert.deepEqual(await seen(mallory), nobody)
    })

    test('a session whose end was put off in the store is no session', async () => {
      const { store, user } = scene(mode)
      const alice = await user('alice')
      const address = await addressOf(alice)
      const stored = store.read(address)
      assert.ok(stored)
      assert.equal(store.touch(address, { idleMs: 10 ** 11, absoluteMs: 10 ** 11 }), 'touched')
      assert.deepEqual(await seen(alice), nobody)
    })

    test('a session that is new can be put off by no more than a day', async () => {
      const { store, sessions } = scene(mode)
      const visitor = new Visitor(sessions)
      await visitor.request((session) => session.set('cart', ['new']))
      const address = await addressOf(visitor)
      store.touch(address, { idleMs: 10 ** 11, absoluteMs: 10 ** 11 })
      assert.deepEqual(await seen(visitor), nobody)
    })

    test('data that was put there in clear is no session, unless that is allowed', async () => {
      const { store, user, ring } = scene(mode)
      const alice = await user('alice')
      store.forge(await addressOf(alice), () => ({ payload: Buffer.from('{"cart":["forged"]}') }))
      assert.deepEqual(await seen(alice), nobody)
      const encryption = { keyRing: ring, mode, acceptPlain: true }
      const lenient = defineSession<Data>({ name: 'shop', store, encryption, development: false })
      assert.deepEqual(await seen(new Visitor(lenient, alice.jar)), ['alice', ['forged']])
    })

    test('other keys, another mode and another application open nothing', async () => {
      const { store, user, ring } = scene(mode)
      const alice = await user('alice')
      const other = mode === 'keyring' ? 'carrier' : 'keyring'
      for (const sessions of [
        scene(mode, new KeyRing([randomBytes(32)]), store).sessions,
        scene(other, ring, store).sessions,
        defineSession<Data>({ name: 'bank', store, encryption: { keyRing: ring, mode }, development: false }),
      ]) {
        assert.deepEqual(await seen(new Visitor(sessions, alice.jar)), nobody)
      }
      assert.deepEqual(await seen(alice), ['alice', ['of alice']])
    })

    test('a replaced key opens what it encrypted, until the next write encrypts with the new one', async () => {
      const [before, after] = [randomBytes(32), randomBytes(32)]
      const ring = new KeyRing([before])
      const { user } = scene(mode, ring)
      const alice = await user('alice')
      const opened = ring.usage()[0]?.opened ?? 0
      ring.replace([after, before])
      assert.deepEqual(await seen(alice), ['alice', ['of alice']])
      assert.equal(ring.usage()[1]?.opened, opened + 1)
      await alice.request((session) => session.set('cart', ['again']))
      ring.replace([after])
      assert.deepEqual(await seen(alice), ['alice', ['again']])
    })
  })
}

test('in carrier mode the store and all keys together open nothing without the visitor', async () => {
  const { store, user, ring } = scene('carrier')
  const address = await addressOf(await user('alice'))
  const stored = store.read(address)
  assert.ok(stored)
  // All that a thief of store and keys can try: every text of the record as the secret part.
  const { Vault } = await import('../src/crypto/vault.ts')
  const vault = new Vault(ring, 'carrier', 'shop')
  const { hkdfSync } = await import('node:crypto')
  const context = { address, principal: 'alice', times: stored }
  for (const guess of [address, stored.record.current, stored.record.previous?.verifier ?? '', '']) {
    for (const secret of [Buffer.from(guess, 'hex'), Buffer.from(guess, 'base64url'), Buffer.from(guess)]) {
      const holder = {
        deriveKey: (salt: Buffer, info: string) => Buffer.from(hkdfSync('sha256', secret, salt, info, 32)),
      }
      assert.equal(vault.open(stored.record.payload, holder, context), undefined)
    }
  }
})
