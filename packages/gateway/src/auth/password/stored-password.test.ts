import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import apache from '../../../test/data/htpasswd-vectors.json' with { type: 'json' }
import others from '../../../test/data/crypt-vectors.json' with { type: 'json' }
import { isUnusable, readStoredPassword, type StoredPassword, type WeakScheme } from './stored-password.ts'

const des: ReadonlySet<WeakScheme> = new Set(['des'])
const plain: ReadonlySet<WeakScheme> = new Set(['plain'])

function usable(stored: string, allowed?: ReadonlySet<WeakScheme>): StoredPassword {
  const reading = readStoredPassword(stored, allowed)
  assert.ok(!isUnusable(reading), `${stored}: ${JSON.stringify(reading)}`)
  return reading
}

function problemOf(stored: string, allowed?: ReadonlySet<WeakScheme>): string | undefined {
  const reading = readStoredPassword(stored, allowed)
  return isUnusable(reading) ? reading.problem : undefined
}

async function accepts(stored: string, password: string, allowed?: ReadonlySet<WeakScheme>): Promise<boolean> {
  const reading = readStoredPassword(stored, allowed)
  return !isUnusable(reading) && reading.matches(Buffer.from(password))
}

describe('a stored password', () => {
  it('says of every line of htpasswd what the real server said, DES allowed', async () => {
    assert.equal(apache.vectors.length, 24)
    for (const { user, line, password, apache: right, apacheWrongPw: longer } of apache.vectors) {
      const stored = line.slice(user.length + 1)
      assert.equal(await accepts(stored, password, des), right === 200, user)
      assert.equal(await accepts(stored, `${password}x`, des), longer === 200, `${user} with a sign more`)
      assert.equal(await accepts(stored, 'wrong', des), false, `${user} with another password`)
    }
  })

  it('agrees with crypt(3) and openssl on octets of every length around the block sizes', async () => {
    const seen = new Set<string>()
    for (const { scheme, passwordHex, stored } of others.vectors) {
      const password = Buffer.from(passwordHex, 'hex')
      const reading = usable(stored, des)
      assert.equal(reading.scheme, scheme)
      assert.equal(await reading.matches(password), true, `${scheme} of ${password.length} octets`)
      const other = Buffer.concat([Buffer.from('!'), password])
      assert.equal(await reading.matches(other), false, `${scheme} with an octet in front`)
      seen.add(scheme)
    }
    assert.deepEqual([...seen].toSorted(), ['apr1', 'bcrypt', 'des', 'md5', 'sha1', 'sha256', 'sha512'])
  })

  it('takes DES and plain text only where they are allowed', async () => {
    assert.match(problemOf('7YPZxgGzxdL7s') ?? '', /DES/)
    assert.match(problemOf('open sesame') ?? '', /plain text/)
    assert.equal(await accepts('7YPZxgGzxdL7s', 'secret', des), true)
    assert.equal(await accepts('open sesame', 'open sesame', plain), true)
    assert.equal(await accepts('open sesame', 'open sesame!', plain), false)
  })

  it('never takes what looks like a hash for plain text: then the hash itself would be a password', async () => {
    for (const stored of ['7YPZxgGzxdL7s', '$2x$05$abc', '{SSHA}abc', '$apr1$abc', '$y$j9T$abc'])
      assert.equal(await accepts(stored, stored, plain), false, stored)
  })

  it('refuses hashes that are damaged, unknown, or would take forever', () => {
    const bcrypt = 'KmnluR4gZ4CZ8eytT12.A.DzMfoMN5RZpFldGzxyCyxUwVDQfWJm6'
    for (const stored of [
      `$2x$05$${bcrypt}`,
      `$2y$03$${bcrypt}`,
      `$2y$05$${bcrypt}x`,
      '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ',
      '{sha}5en6G6MezRroT3XKqkdPOmY/BfQ=',
      '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ= x',
      '$apr1$Wh7focA6$yyD3fZORa1JJr/CyATIKF',
      '$5$rounds=999$salt$3tMzzspNDXcJvQWP/GEmBrCi76cQRJN6bEWaJCfs0M.',
    ])
      assert.match(problemOf(stored) ?? '', /damaged/, stored)
    assert.equal(problemOf(''), 'the password is empty')
    assert.match(problemOf(`$2y$17$${bcrypt}`) ?? '', /cost of 17 would take a login more than ten seconds/)
    const slow = '$5$rounds=4000001$salt$3tMzzspNDXcJvQWP/GEmBrCi76cQRJN6bEWaJCfs0M.'
    assert.match(problemOf(slow) ?? '', /4000001 rounds would take/)
  })

  it('knows which takes the most work', () => {
    const digest = '3tMzzspNDXcJvQWP/GEmBrCi76cQRJN6bEWaJCfs0M.'
    const bcrypt = (cost: string) => `$2y$${cost}$KmnluR4gZ4CZ8eytT12.A.DzMfoMN5RZpFldGzxyCyxUwVDQfWJm6`
    const ordered = [
      '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=',
      '$apr1$Wh7focA6$yyD3fZORa1JJr/CyATIKF.',
      bcrypt('05'),
      `$5$salt$${digest}`,
      `$5$rounds=20000$salt$${digest}`,
      bcrypt('10'),
      bcrypt('12'),
    ].map((stored) => usable(stored).work)
    assert.deepEqual(
      ordered,
      ordered.toSorted((a, b) => a - b),
    )
  })
})
