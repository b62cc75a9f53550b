import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineSession } from '../src/session/define.ts'
import type { SessionOptions } from '../src/session/options.ts'
import { MemoryStore } from '../src/store/memory.ts'

type Loose = Record<string, unknown>

const store = new MemoryStore()

function define(options: Loose): unknown {
  return defineSession({ name: 'shop', store, ...options } as unknown as SessionOptions<Loose>)
}

/** Options that are wrong, and the path that the message has to quote. */
const refused: readonly (readonly [Loose, string])[] = [
  [{ name: undefined }, 'name'],
  [{ name: '' }, 'name'],
  [{ name: 'two words' }, 'name'],
  [{ name: 'x'.repeat(65) }, 'name'],
  [{ name: 7 }, 'name'],
  [{ store: undefined }, 'store'],
  [{ store: null }, 'store'],
  [{ store: 'memory' }, 'store'],
  [{ store: MemoryStore }, 'store'],
  [{ store: new Map() }, 'store'],
  [{ store: { read: () => undefined } }, 'store'],
  [{ lifetime: 'forever' }, 'lifetime'],
  [{ lifetime: 'constructor' }, 'lifetime'],
  [{ lifetime: 1800 }, 'lifetime'],
  [{ lifetime: null }, 'lifetime'],
  [{ lifetime: { idle: 0 } }, 'lifetime.idle'],
  [{ lifetime: { idle: -1 } }, 'lifetime.idle'],
  [{ lifetime: { idle: Number.NaN } }, 'lifetime.idle'],
  [{ lifetime: { idle: '1800' } }, 'lifetime.idle'],
  [{ lifetime: { idle: 0.0001 } }, 'lifetime.idle'],
  [{ lifetime: { absolute: Infinity } }, 'lifetime.absolute'],
  [{ lifetime: { idle: 100, absolute: 99 } }, 'lifetime.idle'],
  [{ lifetime: { absolute: 1799 } }, 'lifetime.idle'],
  [{ rotation: true }, 'rotation'],
  [{ rotation: 900 }, 'rotation'],
  [{ rotation: null }, 'rotation'],
  [{ rotation: { every: 0 } }, 'rotation.every'],
  [{ rotation: { every: '900' } }, 'rotation.every'],
  [{ rotation: { grace: -1 } }, 'rotation.grace'],
  [{ rotation: { every: 30, grace: 30 } }, 'rotation.grace'],
  [{ rotation: { grace: Number.NaN } }, 'rotation.grace'],
  [{ schema: () => true }, 'schema'],
  [{ schema: {} }, 'schema'],
  [{ schema: null }, 'schema'],
  [{ keys: ['cart'] }, 'keys'],
  [{ keys: 'cart' }, 'keys'],
  [{ keys: { cart: 'keep' } }, 'keys.cart'],
  [{ keys: { cart: { beforeLogin: true } } }, 'keys.cart.beforeLogin'],
  [{ keys: { cart: { beforeLogin: 'drop' } } }, 'keys.cart.beforeLogin'],
  [{ dataVersion: 0 }, 'dataVersion'],
  [{ dataVersion: 1.5 }, 'dataVersion'],
  [{ dataVersion: '2' }, 'dataVersion'],
  [{ dataVersion: 2 }, 'migrate[1]'],
  [{ dataVersion: 4, migrate: { 1: (data: Loose) => data, 3: (data: Loose) => data } }, 'migrate[2]'],
  [{ dataVersion: 3, migrate: { 1: (data: Loose) => data } }, 'migrate[2]'],
  [{ dataVersion: 2, migrate: { 1: 'step' } }, 'migrate[1]'],
  [{ dataVersion: 2, migrate: { one: (data: Loose) => data } }, 'migrate[one]'],
  [{ dataVersion: 2, migrate: { 1: (data: Loose) => data, 2: (data: Loose) => data } }, 'migrate[2]'],
  [{ codec: {} }, 'codec'],
  [{ codec: null }, 'codec'],
  [{ codec: { stringify: JSON.stringify } }, 'codec'],
  [{ maxBytes: 0 }, 'maxBytes'],
  [{ maxBytes: 1.5 }, 'maxBytes'],
  [{ maxBytes: '1MB' }, 'maxBytes'],
  [{ storeTimeout: 500 }, 'storeTimeout'],
  [{ storeTimeout: { readMs: 0 } }, 'storeTimeout.readMs'],
  [{ storeTimeout: { writeMs: Infinity } }, 'storeTimeout.writeMs'],
  [{ conflictTimeoutMs: -1 }, 'conflictTimeoutMs'],
  [{ sweep: true }, 'sweep'],
  [{ sweep: 60 }, 'sweep'],
  [{ sweep: { every: 0 } }, 'sweep.every'],
  [{ sweep: { limit: 0 } }, 'sweep.limit'],
  [{ sweep: { limit: 1.5 } }, 'sweep.limit'],
  [{ development: 'false' }, 'development'],
  [{ development: 1 }, 'development'],
  [{ cookie: 'sid' }, 'cookie'],
  [{ cookie: null }, 'cookie'],
  [{ cookie: { samesite: 'lax' } }, 'cookie.samesite'],
  [{ cookie: { sameSite: 'none', secure: false } }, 'cookie.secure'],
  [{ cookie: { domain: 'example.com' } }, 'cookie.domain'],
  [{ cookie: { persistent: 'yes' } }, 'cookie.persistent'],
]

test('refuses every wrong option where it is defined, naming its path', () => {
  const accepted: string[] = []
  for (const [options, path] of refused) {
    try {
      define(options)
      accepted.push(`${path}: ${JSON.stringify(options)}`)
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string }
      assert.equal(code, 'ERR_OPTION', `${path}: ${message}`)
      assert.ok(error instanceof TypeError)
      assert.ok(message.startsWith(`option \`${path}\` must be `), `${path}: ${message}`)
    }
  }
  assert.deepEqual(accepted, [])
})

test('accepts everything that the reference names', () => {
  for (const lifetime of ['default', 'aal1', 'aal2', 'aal3', 'persistent']) define({ lifetime })
  for (const rotation of [false, {}, { every: 60 }, { grace: 0.5 }]) define({ rotation })
  for (const sweep of [false, {}, { every: 1, limit: 1 }]) define({ sweep })
  for (const lifetime of [{}, { idle: 10 }, { idle: 0.5, absolute: 0.5 }]) define({ lifetime })
  define({ keys: { cart: { beforeLogin: 'keep' }, n: {}, other: undefined } })
  define({ dataVersion: 3, migrate: { 2: (data: Loose) => data } })
  define({ storeTimeout: {}, conflictTimeoutMs: 1, maxBytes: 1, development: true })
})

test('takes undefined for absent', () => {
  define({
    cookie: undefined,
    lifetime: undefined,
    rotation: { every: undefined, grace: undefined },
    schema: undefined,
    keys: undefined,
    dataVersion: undefined,
    migrate: undefined,
    codec: undefined,
    maxBytes: undefined,
    storeTimeout: { readMs: undefined, writeMs: undefined },
    conflictTimeoutMs: undefined,
    sweep: { every: undefined, limit: undefined },
    development: undefined,
  })
  define({ lifetime: { idle: undefined, absolute: undefined } })
})

test('starts nothing and calls nothing before the first request', () => {
  const calls: string[] = []
  const watched = new Proxy(store, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target)
      return typeof member === 'function' ? () => calls.push(String(key)) : member
    },
  })
  define({ store: watched })
  assert.deepEqual(calls, [])
})
