import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AttemptLimiter, type AttemptLimits, type LimitNotice } from './attempt-limiter.ts'

interface Limited {
  readonly limiter: AttemptLimiter
  readonly clock: { now: number }
  readonly notices: LimitNotice[]
  /** Attempts with a wrong password until one is refused. */
  failUntilRefused(user: string, address: string): Promise<number>
  retryAfter(user: string, address: string): Promise<number | undefined>
}

function limited(limits: AttemptLimits = {}): Limited {
  const clock = { now: 0 }
  const notices: LimitNotice[] = []
  const limiter = new AttemptLimiter({ ...limits, now: () => clock.now, onExhausted: (notice) => notices.push(notice) })
  return {
    limiter,
    clock,
    notices,
    async failUntilRefused(user, address) {
      for (let count = 0; ; count += 1) {
        const { allowed } = await limiter.allow(user, address)
        if (!allowed) return count
        await limiter.failed(user, address)
      }
    },
    async retryAfter(user, address) {
      const permission = await limiter.allow(user, address)
      return permission.allowed ? undefined : permission.retryAfter
    },
  }
}

describe('AttemptLimiter', () => {
  it('allows ten wrong passwords for a user at once, then one in 30 seconds, from all addresses together', async () => {
    const { clock, failUntilRefused, retryAfter } = limited()
    assert.equal(await failUntilRefused('ann', '192.0.2.1'), 10)
    assert.equal(await retryAfter('ann', '192.0.2.2'), 30)
    clock.now = 10_000
    assert.equal(await retryAfter('ann', '192.0.2.3'), 20)
    clock.now = 30_000
    assert.equal(await failUntilRefused('ann', '192.0.2.4'), 1)
    assert.equal(await retryAfter('bob', '192.0.2.5'), undefined)
  })

  it('allows fifty wrong passwords from an address at once, then one in 6 seconds, for all users together', async () => {
    const { clock, limiter, retryAfter } = limited()
    for (let number = 0; number < 50; number += 1)
      assert.equal((await limiter.allow(`user${number}`, '192.0.2.1')).allowed, true)
    assert.equal(await retryAfter('another', '192.0.2.1'), 6)
    assert.equal(await retryAfter('another', '192.0.2.2'), undefined)
    clock.now = 6000
    assert.equal(await retryAfter('another', '192.0.2.1'), undefined)
    assert.equal(await retryAfter('another', '192.0.2.1'), 6)
  })

  it('counts an IPv6 /64 as one address', async () => {
    const { limiter, retryAfter } = limited({ address: { burst: 2, everyMs: 1000 } })
    await limiter.allow('ann', '2001:db8::1')
    await limiter.allow('bob', '2001:db8::2')
    assert.equal(await retryAfter('carol', '2001:db8::3'), 1)
    assert.equal(await retryAfter('carol', '2001:db8:0:1::3'), undefined)
  })

  it('does not hold up an office behind one address, whose people log in all day', async () => {
    const { limiter } = limited()
    for (let number = 0; number < 2000; number += 1) {
      assert.equal((await limiter.allow(`user${number}`, '192.0.2.1')).allowed, true, `login ${number}`)
      await limiter.succeeded(`user${number}`, '192.0.2.1')
    }
  })

  it('charges attempts when they begin: a thousand at once are a thousand', async () => {
    const { limiter } = limited()
    const attempts = await Promise.all(Array.from({ length: 1000 }, () => limiter.allow('ann', '192.0.2.1')))
    assert.equal(attempts.filter(({ allowed }) => allowed).length, 10)
  })

  it('charges nothing for what it refuses: who keeps trying is not locked out longer', async () => {
    const { clock, failUntilRefused, limiter, retryAfter } = limited()
    await failUntilRefused('ann', '192.0.2.1')
    for (let second = 1; second < 30; second += 1) {
      clock.now = second * 1000
      assert.equal((await limiter.allow('ann', '192.0.2.1')).allowed, false)
    }
    clock.now = 30_000
    assert.equal(await retryAfter('ann', '192.0.2.1'), undefined)
  })

  it('lets a user in from where that user has logged in before, whatever is tried elsewhere', async () => {
    const { limiter, failUntilRefused, retryAfter } = limited()
    await limiter.allow('ann', '198.51.100.7')
    await limiter.succeeded('ann', '198.51.100.7')
    for (let number = 0; number < 20; number += 1) await failUntilRefused('ann', `192.0.2.${number}`)
    assert.equal(await retryAfter('ann', '192.0.2.99'), 30)
    assert.equal(await retryAfter('ann', '198.51.100.7'), undefined)
    assert.equal(await failUntilRefused('ann', '198.51.100.7'), 9, 'which is limited too')
  })

  it('says when attempts run out, and for whom', async () => {
    const { failUntilRefused, notices } = limited({ user: { burst: 2, everyMs: 1000 } })
    await failUntilRefused('ann', '192.0.2.1')
    assert.deepEqual(notices, [{ what: 'user', user: 'ann', address: '192.0.2.1' }])
  })

  it('remembers a bounded number of users and addresses, and forgets them when their attempts are back', async () => {
    const { clock, limiter } = limited({ most: 100 })
    for (let number = 0; number < 5000; number += 1)
      await limiter.allow(`user${number}`, `10.0.${number >> 8}.${number & 255}`)
    assert.equal(limiter.size, 200)
    for (let number = 0; number < 5000; number += 1)
      await limiter.succeeded(`user${number}`, `10.1.${number >> 8}.${number & 255}`)
    assert.ok(limiter.size <= 300)
    clock.now = 1e9
    await limiter.allow('ann', '192.0.2.1')
    assert.ok(limiter.size <= 102, 'those and the pairs that have logged in')
  })
})
