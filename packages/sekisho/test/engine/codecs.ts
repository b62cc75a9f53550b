/** What data may hold, and what another codec makes of it. */
import assert from 'node:assert/strict'
import type { Codec } from '../../src/codec/json.ts'
import { addressOf, casesOf, failsWith, type EngineCases } from './bench.ts'
import { Visitor } from './visitor.ts'

interface Dated {
  when: Date
  dates: Date[]
  tags: Map<string, number>
  profile: { [member: string]: unknown }
  n: number
  name: string
}

/** Keeps dates and maps, in a text that is not JSON. */
const rich: Codec = {
  stringify: (value) =>
    `rich:${JSON.stringify(value, function replace(this: Record<string, unknown>, key, given: unknown) {
      const original = this[key]
      if (original instanceof Date) return { $date: original.getTime() }
      if (original instanceof Map) return { $map: [...original] }
      return given
    })}`,
  parse(text) {
    if (!text.startsWith('rich:')) throw new SyntaxError('not rich')
    return JSON.parse(text.slice(5), (_, value: { $date?: number; $map?: [string, number][] } | null) => {
      if (value?.$date !== undefined) return new Date(value.$date)
      return value?.$map === undefined ? value : new Map(value.$map)
    })
  },
}

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)]
}

/** Values and codecs. */
export const codecCases: EngineCases = casesOf({
  async 'refuses, with the path, what JSON would change, where it is set'(bench) {
    const { session } = await (await bench.visitor({ n: 1 })).begin()
    class Cart {
      readonly items = []
    }
    const circular: { self?: unknown } = {}
    circular.self = circular
    const refusals: readonly (readonly [unknown, RegExp])[] = [
      [new Date(0), /^`key` is a Date, which JSON does not keep; store `date\.toISOString\(\)`$/],
      [{ a: [0, new Date(0)] }, /^`key\.a\[1\]` is a Date/],
      [new Map(), /^`key` is a Map/],
      [new Set(), /^`key` is a Set/],
      [new Cart(), /^`key` is a Cart/],
      [Buffer.from('x'), /^`key` is a Buffer/],
      [Number.NaN, /^`key` is NaN/],
      [{ a: { b: Infinity } }, /^`key\.a\.b` is Infinity/],
      [10n, /^`key` is 10/],
      [() => 1, /^`key` is a function/],
      [{ toJSON: () => 1 }, /^`key\.toJSON` is a function/],
      [Symbol('s'), /^`key` is Symbol\(s\)/],
      [[undefined], /^`key\[0\]` is undefined/],
      [Array.from({ length: 2 }), /^`key\[0\]` is undefined/],
      [circular, /circular or nested deeper than 64 levels$/],
      [JSON.parse('{"a":{"__proto__":1}}'), /^`key\.a` has a key named __proto__$/],
    ]
    for (const [value, message] of refusals) {
      const error = await failsWith('ERR_VALUE', () => session.set('key', value))
      assert.ok(error instanceof TypeError)
      assert.match(error.message, message)
    }
    assert.equal(session.has('key'), false)
  },

  async 'refuses the same where it is found at commit or in an update'(bench) {
    const visitor = await bench.visitor({ cart: ['a'], n: 1 })
    const visit = await visitor.begin()
    visit.session.get('cart')?.push(new Date(0) as unknown as string)
    const error = await failsWith('ERR_VALUE', () => visit.commit())
    assert.match(error.message, /^`cart\[1\]` is a Date/)
    await visitor.request(async (session) => {
      const refusal = await failsWith('ERR_VALUE', () => session.update('n', () => Number.NaN))
      assert.match(refusal.message, /^`n` is NaN/)
      await failsWith('ERR_VALUE', () => session.update('n', () => undefined as unknown as number))
      await failsWith('ERR_ARGUMENT', () => session.update('__proto__', () => ({ polluted: 1 })))
    })
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { cart: ['a'], n: 1 })
  },

  async 'accepts at commit whatever was accepted where it was set'(bench) {
    const visitor = await bench.visitor({})
    for (let levels = 60; levels < 70; levels += 1) {
      const visit = await visitor.begin()
      try {
        visit.session.set('deep', nested(levels))
      } catch {
        continue
      }
      await visit.end()
      assert.deepEqual(await visitor.see((session) => session.get('deep')), nested(levels), `${levels} levels`)
    }
  },

  async 'keeps every value that JSON keeps'(bench) {
    const value = { text: 'é\u2028\u{1f600}\ud800"\\\u0000', list: [null, true, -1.5e300, '', [], {}], '': { ' ': 0 } }
    const visitor = await bench.visitor({ value })
    assert.deepEqual(await visitor.see((session) => session.get('value')), value)
    await visitor.overlap([(session) => session.set('a', 1), (session) => session.set('b', 1)])
    assert.deepEqual(await visitor.see((session) => session.get('value')), value)
  },

  async 'keeps what another codec keeps'(bench) {
    const visitor = await bench.visitor<Dated>({ when: new Date(7), tags: new Map([['a', 1]]) }, { codec: rich })
    const { session } = await visitor.begin()
    assert.deepEqual(session.get('when'), new Date(7))
    assert.deepEqual(session.get('tags'), new Map([['a', 1]]))
    assert.match((await bench.payload(await addressOf(visitor))) ?? '', /^rich:/)
  },

  async 'merges what another codec keeps, and finds what was changed in place'(bench) {
    const visitor = await bench.visitor<Dated>(
      { when: new Date(7), dates: [new Date(1)], profile: { since: new Date(3), seen: new Date(4) } },
      { codec: rich },
    )
    await visitor.overlap([
      (session) => session.get('dates')?.push(new Date(2)),
      (session) => session.get('dates')?.push(new Date(3)),
      (session) => session.get('when')?.setTime(8),
      (session) => Object.assign(session.get('profile') ?? {}, { since: new Date(5) }),
      (session) => (session.data.profile?.['seen'] as Date | undefined)?.setTime(6),
    ])
    const data = await visitor.see((session) => ({ ...session.data }))
    assert.deepEqual(
      data.dates?.toSorted((one, other) => Number(one) - Number(other)),
      [new Date(1), new Date(2), new Date(3)],
    )
    assert.deepEqual(data.when, new Date(8))
    assert.deepEqual(data.profile, { since: new Date(5), seen: new Date(6) })
    assert.deepEqual(bench.events('conflict'), [])
  },

  async 'keeps what is done to a map after an update'(bench) {
    const visitor = await bench.visitor<Dated>({ tags: new Map([['a', 1]]), n: 0 }, { codec: rich })
    await visitor.request(async (session) => {
      const tags = session.get('tags')
      await session.update('n', () => 1)
      tags?.set('b', 2)
    })
    const tags = await visitor.see((session) => session.get('tags'))
    assert.deepEqual(tags, new Map(Object.entries({ a: 1, b: 2 })))
  },

  async 'writes nothing when dates are read and not changed'(bench) {
    const visitor = await bench.visitor<Dated>({ when: new Date(7), dates: [new Date(1)] }, { codec: rich })
    await visitor.request((session) => {
      assert.ok(session.get('when'))
      assert.ok(session.get('dates'))
      session.set('when', new Date(7))
    })
    assert.deepEqual(bench.line.take(), ['read'])
  },

  async 'serves first visits, logouts and dropped changes with another codec'(bench) {
    const visitor = await bench.visitor<Dated>({}, { codec: rich })
    visitor.jar.clear()
    bench.line.take()
    await visitor.request((session) => {
      session.set('profile', { a: 1 })
      Object.assign(session.get('profile') ?? {}, { b: 2 })
      session.delete('profile')
    })
    await visitor.request((session) => session.logout())
    await visitor.request((session) => session.set('n', 1), { changes: 'drop' })
    await visitor.request(async (session) => {
      session.set('n', 1)
      session.delete('n')
      await session.save()
    })
    assert.deepEqual(bench.line.take(), [])
    await visitor.request(async (session) => {
      await session.update('n', (n) => (n ?? 0) + 1)
      await session.logout()
      session.set('name', 'Ada')
      assert.equal(session.get('name'), 'Ada')
    })
    assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { name: 'Ada' })
    await visitor.request((session) => session.login('ada'))
    assert.equal(await visitor.see((session) => session.principal), 'ada')
  },

  async 'reads data of another codec as no session'(bench) {
    const visitor = await bench.visitor<Dated>({ n: 1 }, { codec: rich })
    const { session } = await new Visitor(bench.sessions<Dated>(), visitor.jar).begin()
    assert.equal(session.get('n'), undefined)
    assert.equal(bench.events('rejected')[0]?.reason, 'malformed-payload')
  },
})
