/** Data is checked when it is read, and nothing is lost by it. */
import assert from 'node:assert/strict'
import * as v from 'valibot'
import { addressOf, casesOf, type Bench, type EngineCases } from './bench.ts'
import type { DataSchema } from '../../src/session/shared-options.ts'
import type { Visitor } from './visitor.ts'

interface Typed {
  n: number
  profile: { age: number }
  name: string
}

const schema: DataSchema<Typed> = v.object({
  n: v.optional(v.number()),
  profile: v.optional(v.object({ age: v.pipe(v.number(), v.minValue(0)) })),
  name: v.optional(v.string()),
}) as unknown as DataSchema<Typed>

/** A visitor whose stored data nobody checked, seen through sessions with a schema. */
async function visitorOf(
  bench: Bench,
  data: Record<string, unknown>,
  check: DataSchema<Typed> = schema,
): Promise<Visitor<Typed>> {
  const visitor = await bench.visitor<Record<string, unknown>>(data)
  const checked = await bench.visitor<Typed>({}, { schema: check })
  checked.jar.clear()
  for (const [name, value] of visitor.jar) checked.jar.set(name, value)
  return checked
}

async function stored(bench: Bench, visitor: Visitor<Typed>): Promise<unknown> {
  return JSON.parse((await bench.payload(await addressOf(visitor))) ?? '')
}

/** A Standard Schema. */
export const schemaCases: EngineCases = casesOf({
  async 'passes good data through, unchanged and unannounced'(bench) {
    const visitor = await visitorOf(bench, { n: 1, profile: { age: 3 }, extra: true })
    const seen = await visitor.see((session) => ({ ...session.data }))
    assert.deepEqual(seen, { n: 1, profile: { age: 3 }, extra: true })
    assert.deepEqual(bench.events('invalid'), [])
  },

  async 'hides a key that fails, tells of it, and keeps it stored'(bench) {
    const visitor = await visitorOf(bench, { n: 'one', profile: { age: -1 }, name: 'Ada' })
    bench.line.take()
    await visitor.request(({ data, ...session }) => void [data, session])
    const { session } = await visitor.begin()
    assert.equal(session.get('n'), undefined)
    assert.equal(session.has('profile'), false)
    assert.deepEqual(session.keys(), ['name'])
    assert.deepEqual({ ...session.data }, { name: 'Ada' })
    const [invalid] = bench.events('invalid', await addressOf(visitor))
    assert.deepEqual(invalid?.keys.toSorted(), ['n', 'profile'])
    assert.deepEqual(await stored(bench, visitor), { n: 'one', profile: { age: -1 }, name: 'Ada' })
  },

  async 'keeps failing and unknown keys through every kind of write'(bench) {
    const visitor = await visitorOf(bench, { n: 'one', unknown: [1], name: 'Ada' })
    await visitor.request((session) => session.set('name', 'Bea'))
    await visitor.request((session) => session.update('name', (name) => `${name}!`))
    await visitor.request((session) => {
      session.rotate()
      session.set('profile', { age: 1 })
    })
    await visitor.request((session) =>
      session.update((draft) => {
        assert.equal(draft.n, undefined)
        draft.name = 'Cleo'
      }),
    )
    assert.deepEqual(await stored(bench, visitor), { n: 'one', unknown: [1], name: 'Cleo', profile: { age: 1 } })
  },

  async 'keeps failing keys when overlapping requests merge'(bench) {
    const visitor = await visitorOf(bench, { n: 'one', profile: { age: 1 } })
    await visitor.overlap([
      (session) => session.set('name', 'Ada'),
      (session) => Object.assign(session.get('profile') ?? {}, { age: 2 }),
    ])
    assert.deepEqual(await stored(bench, visitor), { n: 'one', name: 'Ada', profile: { age: 2 } })
  },

  async 'replaces or removes a failing key when the handler does'(bench) {
    const visitor = await visitorOf(bench, { n: 'one', profile: { age: -1 } })
    await visitor.request(async (session) => {
      session.set('n', 1)
      assert.equal(session.get('n'), 1)
      session.delete('profile')
      await session.save()
      assert.equal(await session.update('n', (n) => (n ?? 0) + 1), 2)
    })
    assert.deepEqual(await stored(bench, visitor), { n: 2 })
  },

  async 'starts an update of a failing key from nothing'(bench) {
    const visitor = await visitorOf(bench, { n: 'one' })
    await visitor.request(async (session) => {
      assert.equal(await session.update('n', (n) => (n ?? 0) + 1), 1)
      assert.equal(session.get('n'), 1)
    })
    assert.deepEqual(await stored(bench, visitor), { n: 1 })
  },

  async 'waits for an asynchronous schema'(bench) {
    const slow = v.objectAsync({
      n: v.pipeAsync(
        v.number(),
        v.checkAsync(async (n) => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          return n < 10
        }),
      ),
    }) as unknown as DataSchema<Typed>
    const good = await visitorOf(bench, { n: 1 }, slow)
    assert.equal(await good.see((session) => session.get('n')), 1)
    const bad = await visitorOf(bench, { n: 11 }, slow)
    assert.equal(await bad.see((session) => session.get('n')), undefined)
  },

  async 'hides everything when an issue concerns the data as a whole'(bench) {
    const whole = v.pipe(
      v.object({}),
      v.check(() => false),
    ) as unknown as DataSchema<Typed>
    const visitor = await visitorOf(bench, { n: 1, name: 'Ada' }, whole)
    await visitor.request((session) => assert.deepEqual(session.keys(), []))
    assert.deepEqual(await stored(bench, visitor), { n: 1, name: 'Ada' })
  },

  async 'drops nothing of a failing key at a login that keeps it'(bench) {
    const visitor = await bench.visitor<Typed>(
      {},
      { schema, keys: { n: { beforeLogin: 'keep' }, name: { beforeLogin: 'keep' } } },
    )
    await bench.tamper(await addressOf(visitor), () => ({ payload: Buffer.from('{"n":"one","name":7}') }))
    await visitor.request((session) => session.login('ada', { keep: ['n'] }))
    assert.deepEqual(await stored(bench, visitor), { n: 'one' })
  },
})
