import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { DerivationQueue, type Derivation } from '../../src/apache/index.ts'

function derivation(): Derivation {
  return { passphrase: Buffer.from('one'), salt: randomBytes(16), octets: 32 }
}

test('derives keys as Apache does', async () => {
  const salt = Buffer.from(Array.from({ length: 16 }, (_, index) => index))
  const key = await new DerivationQueue().derive({ passphrase: Buffer.from('secret'), salt, octets: 32 })
  assert.equal(key.toString('hex'), 'e3c9da8fdb3019f8ac85a6fcd52c0ec9de241ab7b27b27a5f37440b300745635')
})

test('leaves threads for files while many keys wait', async () => {
  const queue = new DerivationQueue({ running: 2, waiting: 200 })
  let derived = 0
  const all = Array.from({ length: 200 }, async () => {
    await queue.derive(derivation())
    derived += 1
  })
  await stat('/')
  assert.ok(derived < 100, `a file waited for ${derived} keys`)
  await Promise.all(all)
  assert.equal(derived, 200)
})

test('derives in the order of asking, what is urgent before all that wait', async () => {
  const queue = new DerivationQueue({ running: 1 })
  const order: string[] = []
  const ask = (name: string, isUrgent: boolean = false): Promise<unknown> =>
    queue.derive(derivation(), isUrgent).then(() => order.push(name))
  await Promise.all([ask('first'), ask('second'), ask('third'), ask('urgent', true)])
  assert.deepEqual(order, ['first', 'urgent', 'second', 'third'])
})

test('runs no more at once when one that waited has taken the place of another', async () => {
  const queue = new DerivationQueue({ running: 1 })
  const order: string[] = []
  const long = { ...derivation(), octets: 2_000 }
  const first = queue.derive(derivation())
  const second = queue.derive(long).then(() => order.push('long'))
  await first
  await Promise.all([second, queue.derive(derivation()).then(() => order.push('short'))])
  assert.deepEqual(order, ['long', 'short'])
})

test('refuses when too many wait, and goes on when they are done', async () => {
  const queue = new DerivationQueue({ running: 1, waiting: 1 })
  const [, , third] = [queue.derive(derivation()), queue.derive(derivation()), queue.derive(derivation())]
  await assert.rejects(third ?? Promise.resolve(), { code: 'ERR_CRYPTO_OVERLOADED', name: 'SekishoError' })
  assert.equal((await queue.derive(derivation(), true)).length, 32)
  assert.equal((await queue.derive(derivation())).length, 32)
})

test('gives its place back when a derivation fails', async () => {
  const queue = new DerivationQueue({ running: 1, waiting: 1 })
  await assert.rejects(queue.derive({ ...derivation(), octets: -1 }))
  assert.equal((await queue.derive(derivation())).length, 32)
})
