import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Presented } from './contract.ts'
import { cookieTransport } from './cookie.ts'

const production = cookieTransport({ application: 'shop', development: false })
const plain = named('sid')

function named(name: string) {
  return cookieTransport({ application: 'shop', development: false, cookie: { name } })
}

function read(cookie: string): Presented {
  return plain.read({ cookie })
}

describe('reading', () => {
  test('finds the carrier among other cookies, wherever it stands', () => {
    assert.deepEqual(read('sid=abc'), { carrier: 'abc' })
    assert.deepEqual(read('a=1; sid=abc; b=2'), { carrier: 'abc' })
    assert.deepEqual(read('a=1;sid=abc;b=2'), { carrier: 'abc' })
    assert.deepEqual(read('a=1; sid=abc'), { carrier: 'abc' })
  })

  test('takes fetch headers and the header object of Node', () => {
    assert.deepEqual(plain.read(new Headers({ cookie: 'sid=abc' })), { carrier: 'abc' })
    assert.deepEqual(plain.read(new Headers()), {})
    assert.deepEqual(plain.read({}), {})
    assert.deepEqual(plain.read({ cookie: undefined }), {})
  })

  test('is not confused by a visitor who sends a header called get', () => {
    assert.deepEqual(plain.read({ get: 'x', cookie: 'sid=abc' }), { carrier: 'abc' })
  })

  test('joins several Cookie headers with a semicolon', () => {
    assert.deepEqual(plain.read({ cookie: ['a=1', 'sid=abc', 'b=2'] }), { carrier: 'abc' })
    assert.deepEqual(plain.read({ cookie: ['sid=abc', 'sid=def'] }), { ambiguous: true })
    assert.deepEqual(plain.read({ cookie: [] }), {})
    const joined = new Headers([
      ['cookie', 'a=1'],
      ['cookie', 'sid=abc'],
    ])
    assert.deepEqual(plain.read(joined), { carrier: 'abc' })
  })

  test('never splits at a comma, which the value of another cookie may contain', () => {
    assert.deepEqual(read('theme=dark, sid=evil'), {})
    assert.deepEqual(read('theme=dark,sid=evil'), {})
  })

  test('compares the name exactly and as a whole', () => {
    const others = ['SID=x', 'Sid=x', 'xsid=x', 'sidx=x', 'x-sid=x', 'sid.=x', 'a=sid=x', '=sid=x', 'a=sid', 'x sid=y']
    for (const header of others) assert.deepEqual(read(header), {}, header)
    assert.deepEqual(read('sidsid=x; sid=abc'), { carrier: 'abc' })
    assert.deepEqual(read('assid=x; sid=abc'), { carrier: 'abc' })
  })

  test('finds a name that overlaps with itself', () => {
    const doubled = named('aXa')
    assert.deepEqual(doubled.read({ cookie: 'aXaXa=1; aXa=2; aXaXaXa=3' }), { carrier: '2' })
  })

  test('passes over a name without a value, nameless cookies and empty pairs', () => {
    for (const header of [
      'sid',
      'sid;',
      '; sid ;',
      '=x',
      '=',
      ';',
      ';;;',
      'sid=',
      'sid=; a=1',
      'sid= ',
      'sid=""',
      '',
    ]) {
      assert.deepEqual(read(header), {}, header)
      assert.deepEqual(read(`${header}; sid=abc`), { carrier: 'abc' }, header)
    }
  })

  test('tolerates spaces and tabs around name and value, and nothing else', () => {
    assert.deepEqual(read(' \tsid \t= \tabc\t ; a=1'), { carrier: 'abc' })
    assert.deepEqual(read('a=1 ;\t sid=abc'), { carrier: 'abc' })
    for (const other of ['\n', '\r', '\v', '\f', '\0', '\xa0', '\u2003', '\ufeff']) {
      assert.deepEqual(read(`${other}sid=abc`), {})
      assert.deepEqual(read(`sid${other}=abc`), {})
      assert.deepEqual(read(`sid=${other}abc`), {})
      assert.deepEqual(read(`sid=abc${other}`), {})
    }
  })

  test('takes off one pair of quotes', () => {
    assert.deepEqual(read('sid="abc"'), { carrier: 'abc' })
    for (const value of ['"', '""', '"abc', 'abc"', '""abc""', 'a"b', '"a"b"', "'abc"]) {
      assert.equal(read(`sid=${value}`).carrier, value === "'abc" ? value : undefined, value)
    }
  })

  test('never lets a quoted value swallow the cookies behind it', () => {
    assert.deepEqual(read('a="x; sid=abc; b=y"'), { carrier: 'abc' })
    assert.deepEqual(read('$Version=1; sid="x; b=1"; sid=abc'), { carrier: 'abc' })
  })

  test('takes exactly the octets that RFC 6265bis allows in a value', () => {
    const refused = new Set([...'" ,;\\'].map((character) => character.charCodeAt(0)))
    for (let code = 0; code < 256; code++) {
      const value = `a${String.fromCharCode(code)}b`
      const allowed = code > 0x20 && code < 0x7f && !refused.has(code)
      const whole = allowed ? value : undefined
      // The semicolon ends the value before it.
      const expected = code === 0x3b ? 'a' : whole
      assert.equal(read(`sid=${value}`).carrier, expected, `octet ${code}`)
    }
    assert.deepEqual(read('sid=a\u0141b'), {})
  })

  test('does not decode: what travels is compared as it is', () => {
    assert.deepEqual(read('sid=%61%zz%'), { carrier: '%61%zz%' })
  })

  test('does not take what is longer than any cookie it would have written', () => {
    assert.equal(read(`sid=${'a'.repeat(4093)}`).carrier?.length, 4093)
    assert.deepEqual(read(`sid=${'a'.repeat(4094)}`), {})
  })

  test('counts equal cookies once and takes none of different ones', () => {
    assert.deepEqual(read('sid=abc; sid=abc'), { carrier: 'abc' })
    assert.deepEqual(read('sid=abc; sid="abc"; sid= abc'), { carrier: 'abc' })
    assert.deepEqual(read('sid=abc; sid=abd'), { ambiguous: true })
    assert.deepEqual(read('sid=abc; a=1; sid=ABC'), { ambiguous: true })
    assert.deepEqual(read('sid=abc; sid=abc; sid=abc; sid=x'), { ambiguous: true })
    assert.deepEqual(read('sid=; sid=abc; sid=a b; sid'), { carrier: 'abc' })
  })

  test('looks at four cookies of its name and no more', () => {
    assert.deepEqual(read('sid=abc; '.repeat(4)), { carrier: 'abc' })
    assert.deepEqual(read('sid=abc; '.repeat(5)), { ambiguous: true })
    assert.deepEqual(read('sid=; '.repeat(4)), {})
    assert.deepEqual(read('sid=; '.repeat(5)), { ambiguous: true })
  })

  test('in production never sees the cookie of development', () => {
    assert.deepEqual(production.read({ cookie: 'sid-shop=abc' }), {})
    assert.deepEqual(production.read({ cookie: 'sid-shop=abc; __Host-sid=def' }), { carrier: 'def' })
  })

  test('needs linear time, whatever a megabyte of header consists of', () => {
    const size = 1 << 20
    const pieces = [
      'sid',
      's',
      ';',
      '=',
      ' ',
      'sid ',
      ' sid',
      'a;',
      'sid=',
      'sids=a;',
      'a=sid;',
      '"',
      '\t',
      'xsid;',
      'sid;',
      'si;',
    ]
    const repeated = pieces.map((piece) => piece.repeat(size / piece.length))
    const spaced = [
      `sid${' '.repeat(size)}`,
      `sid=${' '.repeat(size)}a`,
      `sid=a${' '.repeat(size)}`,
      `sid=${'a'.repeat(size)}`,
    ]
    for (const header of [...repeated, ...spaced]) {
      const before = process.cpuUsage()
      read(header)
      const { user, system } = process.cpuUsage(before)
      // A quadratic scan of a megabyte takes minutes; this bound is generous to a busy machine.
      assert.ok(user + system < 1_000_000, `${header.slice(0, 8)} took ${user + system} us`)
    }
  })

  test('never throws, whatever octets arrive', () => {
    const octets = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 60,
    })
    const salted = fc.array(fc.oneof(octets, fc.constantFrom('sid', '=', ';', ' ', '"', 'sid=abc')), { maxLength: 12 })
    fc.assert(
      fc.property(salted, (parts) => {
        const { carrier } = read(parts.join(''))
        assert.ok(carrier === undefined || /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(carrier))
        assert.deepEqual(plain.read({ cookie: parts }), plain.read({ cookie: parts.join('; ') }))
      }),
    )
  })

  test('agrees with the plain reading of the grammar', () => {
    const pair = fc.constantFrom(
      'sid=a',
      'sid=b',
      'sid="a"',
      'sid =a',
      ' sid= a',
      'sid',
      '=sid',
      'x=sid',
      'sid=',
      'sid=\x7f',
      'xsid=a',
    )
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 7 }), (pairs) => {
        assert.deepEqual(read(pairs.join(';')), plainReading(pairs, 'sid'))
      }),
    )
  })
})

function plainReading(pairs: string[], name: string): Presented {
  const ours = pairs.map((pair) => /^([^=]*)=(.*)$/.exec(pair)).filter((match) => match?.[1]?.trim() === name)
  const values = ours.map((match) => /^(?:"([\w]+)"|([\w]+))$/.exec(match?.[2]?.trim() ?? ''))
  const carriers = new Set(values.filter((match) => match !== null).map((match) => match[1] ?? match[2] ?? ''))
  const [carrier] = carriers
  if (ours.length > 4 || carriers.size > 1) return { ambiguous: true }
  return carrier === undefined ? {} : { carrier }
}
