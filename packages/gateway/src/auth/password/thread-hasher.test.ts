import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { AuthFault } from '../fault.ts'
import { NoTurnError } from '../turns.ts'
import { ThreadHasher, type ThreadHasherOptions } from './thread-hasher-node.ts'

const secret = '$2y$05$KmnluR4gZ4CZ8eytT12.A.DzMfoMN5RZpFldGzxyCyxUwVDQfWJm6'
/** About half a second of work, on a busy machine more. */
const slow = '$5$rounds=150000$salt$3tMzzspNDXcJvQWP/GEmBrCi76cQRJN6bEWaJCfs0M.'

function hasherFor(t: TestContext, options?: ThreadHasherOptions): ThreadHasher {
  const hasher = new ThreadHasher(options)
  t.after(() => hasher.close())
  return hasher
}

function isLost(error: unknown): boolean {
  assert.ok(error instanceof AuthFault)
  assert.equal(error.reason, 'hashing')
  assert.equal(error.status, 503)
  assert.match(error.message, /its thread ended with exit code \d/)
  return true
}

describe('ThreadHasher', () => {
  it('compares, and leaves the caller its password', async (t) => {
    const hasher = hasherFor(t)
    const password = Buffer.from('secret')
    assert.equal(await hasher.matches(secret, password), true)
    assert.equal(password.toString(), 'secret')
    assert.equal(await hasher.matches(secret, Buffer.from('Secret')), false)
    assert.equal(
      await hasher.matches('open sesame', Buffer.from('open sesame')),
      true,
      'the sender decides what is allowed',
    )
  })

  it('leaves the event loop to others', async (t) => {
    const hasher = hasherFor(t)
    await hasher.matches(secret, Buffer.from('x'))
    let isDone = false
    const done = hasher.matches(slow, Buffer.from('x')).then(() => (isDone = true))
    let turns = 0
    while (!isDone) {
      await pause(5)
      turns += 1
    }
    await done
    assert.ok(turns >= 5, `${turns} turns of the event loop`)
  })

  it('refuses what comes when too many wait, and then works on', async (t) => {
    const hasher = hasherFor(t, { threads: 1, waiting: 2 })
    const running = Array.from({ length: 3 }, () => hasher.matches(secret, Buffer.from('secret')))
    assert.equal(hasher.isFull, true)
    await assert.rejects(hasher.matches(secret, Buffer.from('secret')), NoTurnError)
    assert.deepEqual(await Promise.all(running), [true, true, true])
    assert.equal(hasher.isFull, false)
    assert.equal(await hasher.matches(secret, Buffer.from('secret')), true)
  })

  it('fails what a thread that dies was at, and starts another', async (t) => {
    const hasher = hasherFor(t)
    await hasher.matches(secret, Buffer.from('x'))
    const lost = assert.rejects(hasher.matches(slow, Buffer.from('x')), isLost)
    await hasher.kill()
    await lost
    assert.equal(await hasher.matches(secret, Buffer.from('secret')), true)
  })

  it('starts another for a thread that died while it had nothing to do', async (t) => {
    const hasher = hasherFor(t)
    await hasher.matches(secret, Buffer.from('x'))
    await hasher.kill()
    assert.equal(await hasher.matches(secret, Buffer.from('secret')), true)
  })

  it('fails what it was at when it is closed, and takes nothing after', async () => {
    const hasher = new ThreadHasher()
    const lost = assert.rejects(hasher.matches(slow, Buffer.from('x')), isLost)
    await hasher.close()
    await lost
    await assert.rejects(hasher.matches(secret, Buffer.from('x')), /the gateway is closing/)
  })

  it('fails for what it cannot read, and works on', async (t) => {
    const hasher = hasherFor(t)
    await assert.rejects(
      hasher.matches('$9$unknown', Buffer.from('x')),
      /not compared: the kind of the hash is not known/,
    )
    assert.equal(await hasher.matches(secret, Buffer.from('secret')), true)
  })
})
