import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { chunkedCookieTransport } from './chunked-cookie.ts'
import type { Presented } from './contract.ts'

const transport = chunkedCookieTransport({ application: 'shop', development: false }, 3)
/** A carrier of this length that ends like no other, as a sealed one does. */
const carrierOf = (length: number): string => randomBytes(length).toString('base64url').slice(0, length)

/** A jar as far as these answers need one. */
class Jar {
  readonly cookies = new Map<string, string>()

  receive(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (line.includes('Max-Age=0')) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }

  read(): Presented {
    return transport.read(
      new Headers({ cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
    )
  }
}

function answer(carrier: string, presented: Presented): Headers {
  const headers = new Headers()
  transport.write(headers, { kind: 'set', carrier, maxAge: 60, login: false }, presented)
  return headers
}

test('keeps a short carrier in one plain cookie', () => {
  const jar = new Jar()
  jar.receive(answer('short', jar.read()))
  assert.deepEqual([...jar.cookies], [['__Host-sid', 'short']])
  assert.deepEqual(jar.read(), { carrier: 'short' })
})

test('divides a long carrier into cookies of at most 4,096 octets and puts it together again', () => {
  const jar = new Jar()
  const carrier = carrierOf(11_000)
  jar.receive(answer(carrier, jar.read()))
  assert.deepEqual([...jar.cookies.keys()], ['__Host-sid', '__Host-sid.1', '__Host-sid.2'])
  for (const [name, value] of jar.cookies) assert.ok(name.length + value.length <= 4096)
  assert.equal(jar.read().carrier, carrier)
})

test('refuses what does not fit, naming the size and the option', () => {
  const refused = { code: 'ERR_COOKIE_TOO_LARGE' }
  assert.throws(() => answer(carrierOf(16_000), {}), { ...refused, message: /16\d{3} octets.*3 cookies/ })
  const single = chunkedCookieTransport({ application: 'shop', development: false }, 1)
  const write = () => single.write(new Headers(), { kind: 'set', carrier: carrierOf(5000), maxAge: 60, login: false })
  assert.throws(write, { ...refused, message: /cookie\.chunks/ })
})

test('removes surplus chunks in the answer that shrinks', () => {
  const jar = new Jar()
  jar.receive(answer(carrierOf(11_000), jar.read()))
  jar.receive(answer('short', jar.read()))
  assert.deepEqual([...jar.cookies], [['__Host-sid', 'short']])
})

test('removes every chunk on expiry', () => {
  const jar = new Jar()
  jar.receive(answer(carrierOf(11_000), jar.read()))
  const headers = new Headers()
  transport.write(headers, { kind: 'expire' }, jar.read())
  jar.receive(headers)
  assert.equal(jar.cookies.size, 0)
})

test('takes no mixed set, and leaves it alone', () => {
  const jar = new Jar()
  jar.receive(answer(carrierOf(11_000), jar.read()))
  const other = new Jar()
  other.receive(answer(carrierOf(11_000), other.read()))
  jar.cookies.set('__Host-sid.1', other.cookies.get('__Host-sid.1') ?? '')
  assert.equal(jar.read().carrier, undefined)
  assert.equal(jar.read().ambiguous, true)
  jar.cookies.delete('__Host-sid.1')
  assert.equal(jar.read().ambiguous, true)
})

test('overlapping answers of any lengths leave the carrier of the one that came last', () => {
  const length = fc.constantFrom(10, 4000, 5000, 9000, 11_000)
  fc.assert(
    fc.property(
      fc.array(length, { maxLength: 3 }),
      fc.array(length, { minLength: 2, maxLength: 5 }),
      (before, overlapping) => {
        const jar = new Jar()
        for (const size of before) jar.receive(answer(carrierOf(size), jar.read()))
        const seen = jar.read()
        for (const [index, size] of overlapping.entries()) {
          const carrier = `${index}${carrierOf(size)}`
          jar.receive(answer(carrier, seen))
          assert.equal(jar.read().carrier, carrier)
        }
      },
    ),
  )
})
