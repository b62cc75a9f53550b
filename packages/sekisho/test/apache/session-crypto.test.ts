import assert from 'node:assert/strict'
import { createHash, createSecretKey, randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import {
  ApacheSession,
  DerivationQueue,
  SessionCrypto,
  type ApacheCipher,
  type Derivation,
  type SessionCryptoOptions,
} from '../../src/apache/index.ts'
import { ciphers, sealBytes } from '../../src/apache/sealed-bytes.ts'
import { channels, type SessionEvent } from '../../src/lib/events-node.ts'
import recorded from '../vectors/apache/session-crypto-vectors.json' with { type: 'json' }

const names: readonly ApacheCipher[] = ['aes128', 'aes192', 'aes256', '3des192']
const session = 'user=alice&name=%e3%81%82'

/** A queue that counts what is asked of it. */
class CountingQueue extends DerivationQueue {
  asked = 0

  override derive(derivation: Derivation, isUrgent?: boolean): Promise<Buffer> {
    if (isUrgent !== true) this.asked += 1
    return super.derive(derivation, isUrgent)
  }
}

function cryptoWith(passphrases: readonly string[], options: Partial<SessionCryptoOptions> = {}): SessionCrypto {
  return new SessionCrypto({ passphrases, ...options })
}

/** What a channel carries while a test runs. */
function messagesOf(t: TestContext, event: SessionEvent): unknown[] {
  const messages: unknown[] = []
  const listener = (message: unknown): void => void messages.push(message)
  channels[event].subscribe(listener)
  t.after(() => channels[event].unsubscribe(listener))
  return messages
}

/** So many cookies of one passphrase, each with a salt of its own, as Apache makes them. */
function sealedApart(count: number, passphrase: string): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => cryptoWith([passphrase]).seal(`n=${index}`)))
}

test('opens every recorded cookie of the real server', async () => {
  assert.deepEqual(new Set(recorded.vectors.map(({ cipher }) => cipher)), new Set(names))
  for (const { passphrase, cipher, cookie, plaintext, sessionHeaderValue } of recorded.vectors) {
    const opened = await cryptoWith([passphrase], { cipher: cipher as ApacheCipher }).open(cookie)
    assert.deepEqual(opened, { encoded: plaintext, isNewest: true })
    assert.equal(ApacheSession.decode(sessionHeaderValue).encode(), withoutExpiry(plaintext))
  }
})

function withoutExpiry(encoded: string): string {
  return encoded.replace(/&?expiry=\d+/, '')
}

test('lays a sealed session out as MAC, salt, IV and ciphertext in base64', async () => {
  const layouts = {
    aes256: 'pcESk5BNeVgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH2QnyJ5/tAdZcZ+8UnlxD48=',
    '3des192': 'q5Erx8WFYUUAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhf41gJHsWqjiA==',
  } as const
  for (const [cipher, sealed] of Object.entries(layouts)) {
    assert.equal((await cryptoWith(['secret'], { cipher: cipher as ApacheCipher }).open(sealed))?.encoded, 'k=v')
  }
  assert.equal(Buffer.from(await cryptoWith(['secret']).seal('k=v'), 'base64').length, 8 + 16 + 16 + 16)
  assert.equal(
    Buffer.from(await cryptoWith(['secret'], { cipher: '3des192' }).seal('k=v'), 'base64').length,
    8 + 16 + 8 + 8,
  )
})

test('opens what it has sealed, with every cipher and passphrase', async () => {
  const letters = fc.constantFrom(...'abcXYZ019.*_%+&=-')
  const text = fc.string({ unit: letters, minLength: 1, maxLength: 300 })
  const passphrase = fc.string({ unit: 'grapheme', minLength: 1 }).filter((phrase) => !phrase.includes('\0'))
  await fc.assert(
    fc.asyncProperty(text, passphrase, fc.constantFrom(...names), async (encoded, phrase, cipher) => {
      const sealed = await cryptoWith([phrase], { cipher }).seal(encoded)
      assert.deepEqual(await cryptoWith([phrase], { cipher }).open(sealed), { encoded, isNewest: true })
    }),
    { numRuns: 60 },
  )
})

test('refuses a session with any single bit changed, in its octets or in its letters', async () => {
  for (const cipher of names) {
    const crypto = cryptoWith(['one', 'two'], { cipher })
    const sealed = await crypto.seal(session)
    assert.equal((await crypto.open(sealed))?.encoded, session)
    const bytes = Buffer.from(sealed, 'base64')
    for (const changed of eachBitOf(bytes)) assert.equal(await crypto.open(changed.toString('base64')), undefined)
    for (const changed of eachBitOf(Buffer.from(sealed)))
      assert.equal(await crypto.open(changed.toString('latin1')), undefined)
  }
})

function eachBitOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    return changed
  })
}

test('refuses other spellings, wrong passphrases, other ciphers and anything else alike', async (t) => {
  const rejected = messagesOf(t, 'rejected')
  const crypto = cryptoWith(['one'])
  const sealed = await crypto.seal('a=1')
  assert.match(sealed, /=$/)
  const spellings = [
    sealed.replace(/=+$/, ''),
    `${sealed}A`,
    ` ${sealed}`,
    `${sealed}\n`,
    sealed.slice(0, -4),
    'AAAA',
    session,
  ]
  const others = [await cryptoWith(['two']).seal('a=1'), await cryptoWith(['one'], { cipher: 'aes128' }).seal('a=1')]
  for (const text of [...spellings, ...others]) assert.equal(await crypto.open(text), undefined, text)
  const refusal = { reason: 'unsealable', address: undefined }
  assert.deepEqual(
    rejected,
    Array.from({ length: spellings.length + others.length }, () => refusal),
  )
})

test('refuses what no session encodes to, though a passphrase has sealed it', async () => {
  const [cipher, passphrase, salt] = [ciphers.get('aes256')!, Buffer.from('one'), randomBytes(16)]
  const key = createSecretKey(await new DerivationQueue().derive({ passphrase, salt, octets: 32 }))
  const sealing = { key, salt, macKey: createHash('md5').update(passphrase).digest() }
  const crypto = cryptoWith(['one'])
  assert.equal((await crypto.open(sealBytes(Buffer.from('a=1'), cipher, sealing)))?.encoded, 'a=1')
  for (const text of ['', 'a=1\0', 'a 1', '\u00ff']) {
    assert.equal(await crypto.open(sealBytes(Buffer.from(text, 'latin1'), cipher, sealing)), undefined)
  }
})

test('opens anything without throwing', async () => {
  const crypto = cryptoWith(['one'])
  const base64 = fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets).toString('base64'))
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        base64,
        fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString('latin1')),
      ),
      async (text) => {
        assert.equal(await crypto.open(text), undefined)
      },
    ),
  )
})

test('leaves an empty session empty, and opens nothing from it', async (t) => {
  const rejected = messagesOf(t, 'rejected')
  assert.equal(await cryptoWith(['one']).seal(''), '')
  assert.equal(await cryptoWith(['one']).open(''), undefined)
  assert.deepEqual(rejected, [])
})

test('seals with the first passphrase, opens with all, and tells when an old one was used', async (t) => {
  const oldKeys = messagesOf(t, 'old-key')
  const crypto = cryptoWith(['new', 'middle', 'old'], { purpose: '/shop' })
  assert.deepEqual(await cryptoWith(['new']).open(await crypto.seal('a=1')), { encoded: 'a=1', isNewest: true })
  assert.deepEqual(await crypto.open(await crypto.seal('a=1')), { encoded: 'a=1', isNewest: true })
  assert.deepEqual(oldKeys, [])
  const before = Date.now()
  assert.deepEqual(await crypto.open(await cryptoWith(['old']).seal('a=2')), { encoded: 'a=2', isNewest: false })
  assert.deepEqual(oldKeys, [{ keyId: 'passphrase-3', purpose: '/shop' }])
  const [newest, middle, old] = crypto.usage()
  assert.deepEqual(middle, { keyId: 'passphrase-2', opened: 0, lastOpenedAt: undefined })
  assert.deepEqual([newest?.keyId, newest?.opened, old?.keyId, old?.opened], ['passphrase-1', 1, 'passphrase-3', 1])
  assert.ok((old?.lastOpenedAt ?? 0) >= before)
})

test('takes other passphrases at run time, and keeps what it has derived from those that stay', async () => {
  const queue = new CountingQueue()
  const crypto = cryptoWith(['one', 'two'], { queue })
  const fromOne = await cryptoWith(['one']).seal('a=1')
  await crypto.open(fromOne)
  crypto.replace(['two', 'one'])
  assert.deepEqual(await crypto.open(fromOne), { encoded: 'a=1', isNewest: false })
  assert.equal(queue.asked, 1)
  assert.throws(() => crypto.replace(['three', '']), { code: 'ERR_OPTION' })
  assert.deepEqual(await cryptoWith(['two']).open(await crypto.seal('a=1')), { encoded: 'a=1', isNewest: true })
  crypto.replace(['two'])
  assert.equal(await crypto.open(fromOne), undefined)
})

test('seals many sessions with one salt, and never with one IV', async (t) => {
  const crypto = cryptoWith(['one'])
  const saltOf = (sealed: string): string => Buffer.from(sealed, 'base64').subarray(8, 24).toString('hex')
  const ivOf = (sealed: string): string => Buffer.from(sealed, 'base64').subarray(24, 40).toString('hex')
  const sealed = await Promise.all(Array.from({ length: 4097 }, () => crypto.seal('a=1')))
  assert.equal(new Set(sealed.map(saltOf)).size, 2)
  assert.equal(new Set(sealed.map(ivOf)).size, sealed.length)
  const late = performance.now() + 300_000
  t.mock.method(performance, 'now', () => late)
  assert.notEqual(saltOf(await crypto.seal('a=1')), saltOf(sealed.at(-1) ?? ''))
})

test('derives a key once for all that need it, and keeps the last used ones', async () => {
  const queue = new CountingQueue()
  const crypto = cryptoWith(['one'], { queue, cachedKeys: 2 })
  const [a = '', b = '', c = ''] = await sealedApart(3, 'one')
  await Promise.all(Array.from({ length: 20 }, () => crypto.open(a)))
  await crypto.open(a)
  assert.equal(queue.asked, 1)
  await crypto.open(b)
  await crypto.open(a)
  await crypto.open(c) // b has not been used for longest
  assert.equal(queue.asked, 3)
  await crypto.open(a)
  assert.equal(queue.asked, 3)
  await crypto.open(b)
  assert.equal(queue.asked, 4)
})

test('derives nothing for what no passphrase has sealed, and keeps no key that opened nothing', async () => {
  const queue = new CountingQueue()
  const crypto = cryptoWith(['one', 'two'], { queue })
  const foreign = await sealedApart(50, 'three')
  await Promise.all(foreign.map((sealed) => crypto.open(sealed)))
  assert.equal(queue.asked, 0)
  const otherCipher = await cryptoWith(['one'], { cipher: 'aes128' }).seal(session)
  await crypto.open(otherCipher)
  await crypto.open(otherCipher)
  assert.equal(queue.asked, 2)
})

test('refuses to derive keys for a crowd, but not its own, and recovers', async () => {
  const queue = new DerivationQueue({ running: 1, waiting: 3 })
  const crypto = cryptoWith(['one'], { queue })
  const crowd = await sealedApart(10, 'one')
  const opening = Promise.allSettled(crowd.map((sealed) => crypto.open(sealed)))
  assert.deepEqual((await crypto.open(await crypto.seal('own=1')))?.encoded, 'own=1')
  const results = await opening
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  assert.equal(refusals.length, 6)
  for (const refusal of refusals) {
    assert.throws(
      () => {
        throw refusal
      },
      { code: 'ERR_CRYPTO_OVERLOADED', status: 503, message: /3 others already wait/ },
    )
  }
  for (const [index, sealed] of crowd.entries()) assert.equal((await crypto.open(sealed))?.encoded, `n=${index}`)
})

test('refuses what is too long before it looks at it, and does not make it', async () => {
  const crypto = cryptoWith(['one'], { maxLength: 200 })
  const fitting = `a=${'b'.repeat(93)}` // 40 octets, and six blocks
  const sealed = await crypto.seal(fitting)
  assert.equal(sealed.length, 184)
  assert.equal((await crypto.open(sealed))?.encoded, fitting)
  await assert.rejects(crypto.seal(`${fitting}bb${'b'.repeat(16)}`), {
    code: 'ERR_ARGUMENT',
    message: /sealed text of 200/,
  })
  const long = await cryptoWith(['one']).seal('b'.repeat(300))
  assert.equal(await crypto.open(long), undefined)
  await assert.rejects(crypto.seal('a b'), { code: 'ERR_ARGUMENT', message: /an encoded session/ })
})

test('refuses options that it cannot use, and shows no passphrase', () => {
  const refused = (message: RegExp): object => ({ code: 'ERR_OPTION', message })
  assert.throws(() => cryptoWith([]), refused(/`passphrases` must be a list of at least one passphrase/))
  assert.throws(() => cryptoWith('hidden' as unknown as string[]), refused(/^((?!hidden).)*received "string"$/))
  assert.throws(() => cryptoWith(['one', '']), refused(/`passphrases\[1\]` must be a passphrase that is not empty/))
  assert.throws(() => cryptoWith(['hidden\0']), refused(/^((?!hidden).)*without the octet 0((?!hidden).)*$/))
  assert.throws(() => cryptoWith([7 as unknown as string]), refused(/`passphrases\[0\]` must be text or octets/))
  assert.throws(
    () => cryptoWith(['one'], { cipher: 'AES256' as 'aes256' }),
    refused(/aes128, aes192, aes256, 3des192; received "AES256"/),
  )
  assert.throws(() => cryptoWith(['one'], { maxLength: 0 }), refused(/`maxLength`/))
  assert.throws(() => cryptoWith(['one'], { cachedKeys: 1.5 }), refused(/`cachedKeys`/))
  assert.throws(() => new DerivationQueue({ running: 0 }), refused(/`running`/))
  assert.throws(() => new DerivationQueue({ waiting: Number.NaN }), refused(/`waiting`/))
})
