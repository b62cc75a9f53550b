/** Weaknesses of the real server that show in how long something takes. */
import assert from 'node:assert/strict'
import nodeCrypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { describe, it, type TestContext } from 'node:test'
import { hashSync } from 'bcryptjs'
import { isUnusable, readStoredPassword } from '../../src/auth/password/stored-password.ts'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite } from '../gateway/harness.ts'
import type { Visitor, VisitorAnswer } from '../gateway/visitor.ts'
import { crypto, encrypted, passwordVectors, sealedVectors, writer } from './site.ts'

const plain = 'Session On\nSessionEnv On\nSessionCookieName s path=/'

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

describe('CVE-2016-0736: a cookie of which a bit was changed', () => {
  const places = ['code', 'salt', 'iv', 'text'] as const
  /** Where in the octets of a cookie of aes256 a bit is. */
  const placeOf = (bit: number) => places[[64, 192, 320].filter((end) => bit >= end).length] ?? 'text'

  it('is answered in the same way and time, whichever bit it was', async () => {
    const { passphrase = '', cookie = '' } = sealedVectors[1] ?? {}
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(
      `ProxyPass / ${app.url}/\nMaxKeepAliveRequests 0\n${plain}\nSessionCryptoPassphrase ${passphrase}`,
    )
    const visitor = site.visitor({ cookies: false })
    await visitor.get('/', { Cookie: `s=${cookie}` })
    assert.equal(app.last.headers['session'], 'user=alice')

    const sealed = Buffer.from(cookie, 'base64')
    const asked = await changedBits(visitor, sealed, app)
    const medians = places.map((place) => median(asked.flatMap(({ bit, ms }) => (placeOf(bit) === place ? [ms] : []))))
    // A key takes some milliseconds to derive: whoever has it derived before the code is checked learns where he was right.
    assert.ok(Math.max(...medians) < 2.5 * Math.min(...medians), medians.join(' '))
  })

  interface Asked {
    readonly bit: number
    readonly ms: number
  }

  /** Asks with each bit changed, not one after another: what else the machine does is not to meet one place alone. */
  async function changedBits(visitor: Visitor, sealed: Buffer, app: RecordingApp): Promise<readonly Asked[]> {
    const bits = sealed.length * 8
    const asked: Asked[] = []
    let first: unknown
    for (let turn = 0; turn < bits; turn += 1) {
      const bit = (turn * 101) % bits
      const changed = Buffer.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const begin = performance.now()
      const answer = await visitor.get('/', { Cookie: `s=${changed.toString('base64')}` })
      asked.push({ bit, ms: performance.now() - begin })
      first ??= visible(answer)
      assert.deepEqual(visible(answer), first, `bit ${bit}`)
      assert.equal(app.last.headers['session'], '', `bit ${bit}`)
    }
    assert.equal(new Set(asked.map(({ bit }) => bit)).size, bits)
    return asked
  }

  function visible({ status, rawHeaders, text }: VisitorAnswer): unknown {
    return [status, text, rawHeaders.filter((_, at) => rawHeaders[at - (at % 2)]?.toLowerCase() !== 'date')]
  }
})

describe('CVE-2025-49506: what is secret is compared in constant time', () => {
  /** The lengths of what was compared so, while something was done. */
  async function compared(t: TestContext, doing: () => Promise<unknown>): Promise<readonly number[]> {
    const spy = t.mock.method(nodeCrypto, 'timingSafeEqual')
    syncBuiltinESMExports()
    t.after(() => {
      spy.mock.restore()
      syncBuiltinESMExports()
    })
    await doing()
    return spy.mock.calls.map(({ arguments: [first] }) => first.byteLength)
  }

  it('the code of a cookie', async (t) => {
    await using app = await RecordingApp.start(writer)
    await using site = await serveSite(`ProxyPass / ${app.url}/\n${plain}\n${encrypted}`)
    const cookie = await crypto.seal('a=1')
    const forged = Buffer.from(cookie, 'base64').fill(0, 0, 8).toString('base64')
    const lengths = await compared(t, async () => {
      for (const value of [cookie, forged]) await site.visitor().get('/', { Cookie: `s=${value}` })
    })
    assert.deepEqual(lengths, [8, 8])
  })

  it('the hash of a password', async (t) => {
    const formats: Readonly<Record<string, number>> = {
      apr1: 22,
      sha1: 28,
      crypt: 11,
      sha256: 43,
      sha512: 86,
      plain: 44,
    }
    for (const [format, octets] of Object.entries(formats)) {
      const { line = '' } = passwordVectors.find((vector) => vector.format === format) ?? {}
      const stored = readStoredPassword(line.slice(line.indexOf(':') + 1), new Set(['des', 'plain']))
      assert.ok(!isUnusable(stored), format)
      const lengths = await compared(t, async () => assert.equal(await stored.matches(Buffer.from('wrong')), false))
      assert.deepEqual(lengths, [octets], format)
    }
  })

  it('whether there is such a user, by a password that takes as long', async () => {
    const stored = hashSync('right', 8)
    const names = Array.from({ length: 12 }, (_, index) => `user${index}`)
    const section = 'AuthType Basic\nAuthName x\nAuthUserFile ${ROOT}/users\nRequire valid-user'
    await using site = await serveSite(`DocumentRoot \${ROOT}\n<Location />\n${section}\n</Location>`, {
      files: { users: names.map((name) => `${name}:${stored}\n`).join('') },
    })
    const visitor = site.visitor()
    const asked = async (user: string) => {
      const begin = performance.now()
      const authorization = `Basic ${Buffer.from(`${user}:wrong`).toString('base64')}`
      assert.equal((await visitor.get('/', { Authorization: authorization })).status, 401)
      return performance.now() - begin
    }
    await asked('somebody')
    const times: [known: number, unknown: number][] = []
    for (const name of names) times.push([await asked(name), await asked(`no-${name}`)])
    const [known, unknown] = [0, 1].map((index) => median(times.map((pair) => pair[index] ?? 0))) as [number, number]
    assert.ok(known < 2 * unknown && unknown < 2 * known, `${known} ms for a user, ${unknown} ms for nobody`)
  })
})
