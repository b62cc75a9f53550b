/** Records that nobody honest wrote. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type Bench, type Data, type EngineCases } from './bench.ts'
import type { Visitor } from './visitor.ts'

/** A visitor in whose record something else was put, beside one who must not notice. */
async function poisoned(bench: Bench, payload: string | Uint8Array): Promise<Visitor<Data>> {
  const visitor = await bench.visitor<Data>({ n: 1 })
  await bench.tamper(await addressOf(visitor), () => ({ payload: Buffer.from(payload) }))
  return visitor
}

async function assertNoSession(bench: Bench, payload: string | Uint8Array, what: string): Promise<void> {
  const other = await bench.visitor<Data>({ n: 2 })
  const visitor = await poisoned(bench, payload)
  const rejected = bench.events('rejected').length
  const { session, cookies } = await visitor.request((own) => own.get('n'))
  assert.equal(session.get('n'), undefined, what)
  assert.equal(session.meta.address, undefined, what)
  assert.deepEqual(cookies, [], what)
  assert.equal(bench.events('rejected').length, rejected + 1, what)
  assert.equal(bench.events('rejected').at(-1)?.reason, 'malformed-payload', what)
  assert.equal(await other.see((own) => own.get('n')), 2, what)
}

/** Malformed and malicious payloads. */
export const poisonCases: EngineCases = casesOf({
  async 'takes a malformed payload for no session, with an event'(bench) {
    for (const payload of [
      '',
      '{',
      'null',
      '1',
      '"text"',
      '[1]',
      'true',
      '{"a":1}x',
      'undefined',
      '{"a":NaN}',
      '\u0000',
    ]) {
      await assertNoSession(bench, payload, payload)
    }
  },

  async 'takes bytes that are not UTF-8 for no session'(bench) {
    await assertNoSession(bench, Buffer.from('{"n":"\xff"}', 'latin1'), 'a lone 0xff')
    await assertNoSession(bench, Buffer.from('{"n":"\xed\xa0\x80"}', 'latin1'), 'an encoded surrogate')
    await assertNoSession(
      bench,
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{}')]),
      'a byte order mark',
    )
  },

  async 'refuses members named __proto__, however they are written'(bench) {
    const payloads = [
      '{"__proto__":{"polluted":1}}',
      '{"n":1,"deep":{"list":[{"__proto__":{"polluted":1}}]}}',
      String.raw`{"\u005f_proto__":{"polluted":1}}`,
      String.raw`{"__proto\u005F\u005f":{"polluted":1}}`,
      String.raw`{"\u005f\u005f\u0070\u0072\u006f\u0074\u006f\u005f\u005f":{"polluted":1}}`,
      String.raw`{"a":{"__pr\u006fto__":1}}`,
    ]
    for (const payload of payloads) await assertNoSession(bench, payload, payload)
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  },

  async 'pollutes nothing by members named constructor and prototype'(bench) {
    const visitor = await poisoned(
      bench,
      '{"constructor":{"prototype":{"polluted":1}},"profile":{"constructor":{"a":1}}}',
    )
    await visitor.overlap([
      (session) => Object.assign((session.data['constructor'] as object) ?? {}, { more: 1 }),
      (session) => Object.assign(session.data.profile ?? {}, { prototype: { polluted: 1 } }),
    ])
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    assert.equal(await visitor.see((session) => session.get('toString')), undefined)
    assert.equal(await visitor.see((session) => session.has('hasOwnProperty')), false)
  },

  async 'survives deep data: no session, or a clear error when it is written'(bench) {
    const deep = `{"n":1,"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const visitor = await poisoned(bench, deep)
    const visit = await visitor.begin()
    if (visit.session.meta.address !== undefined) {
      visit.session.set('n', 2)
      const error = await failsWith('ERR_VALUE', () => visit.commit())
      assert.match(error.message, /nested deeper than 64 levels/)
    }
    await assertNoSession(bench, deep.replace('"deep"', '"__proto__"'), 'deep below __proto__')
  },

  async 'reads a giant payload, and refuses to write more than maxBytes'(bench) {
    const giant = JSON.stringify({ n: 1, name: 'x'.repeat(2_000_000) })
    const visitor = await poisoned(bench, giant)
    const visit = await visitor.begin()
    assert.equal(visit.session.get('n'), 1)
    visit.session.set('n', 2)
    const error = await failsWith('ERR_VALUE', () => visit.commit())
    assert.match(error.message, /`maxBytes` \(1048576\)/)
    assert.deepEqual(visit.cookies, [])
    const healed = await visitor.begin()
    healed.session.delete('name')
    healed.session.set('n', 2)
    await healed.end()
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 2 })
  },

  async 'rejects an explicit save or update of too much, and stores what fits afterwards'(bench) {
    const visitor = await bench.visitor({ n: 1 }, { maxBytes: 1000 })
    await visitor.request(async (session) => {
      session.set('name', 'é'.repeat(500))
      await failsWith('ERR_VALUE', () => session.save())
      session.set('name', 'é'.repeat(50))
      await session.save()
      await failsWith('ERR_VALUE', () => session.update('name', () => 'x'.repeat(1000)))
      assert.equal(session.get('name'), 'é'.repeat(50))
    })
    assert.equal(await visitor.see((session) => session.get('name')), 'é'.repeat(50))
  },

  async 'fails a write, without a cookie, when the record became unreadable meanwhile'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const visit = await visitor.begin()
    visit.session.set('n', 2)
    await bench.tamper(visit.session.meta.address ?? '', () => ({ payload: Buffer.from('{') }))
    await assert.rejects(visit.commit())
    assert.deepEqual(visit.cookies, [])
  },

  async 'recovers from a poisoned record by a login'(bench) {
    const visitor = await poisoned(bench, '{')
    await visitor.request((session) => session.login('ada'))
    assert.equal(await visitor.see((session) => session.principal), 'ada')
  },

  async 'opens for any header at all'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const { token = '' } = visitor
    const cookies = ['', ';', '=', '__Host-sid', '__Host-sid=', '__Host-sid="', `__Host-sid=${'x'.repeat(5000)}`]
    for (const cookie of [...cookies, `__host-sid=${token}`, `x__Host-sid=${token}`, `__Host-sid=${token}\u00ff`]) {
      const { session } = await visitor.begin({ headers: { cookie } })
      assert.equal(session.get('n'), undefined, cookie)
    }
    const { session } = await visitor.begin({ headers: { cookie: `a=b; __Host-sid=${token} ; c` } })
    assert.equal(session.get('n'), 1)
  },
})
