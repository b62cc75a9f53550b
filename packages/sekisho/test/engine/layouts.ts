/** Data of older and newer versions of the application. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, type Bench, type BenchOptions, type EngineCases } from './bench.ts'
import { Visitor } from './visitor.ts'

type Loose = Record<string, unknown>

/** A visitor of an older release, seen by a newer one. */
async function moved(
  bench: Bench,
  data: Loose,
  [from, to]: readonly [BenchOptions<Loose>, BenchOptions<Loose>],
): Promise<Visitor<Loose>> {
  const visitor = await bench.visitor<Loose>(data, from)
  return new Visitor(bench.sessions<Loose>(to), visitor.jar)
}

const third: BenchOptions<Loose> = {
  dataVersion: 3,
  migrate: {
    1: ({ user, ...rest }) => ({ ...rest, names: [user] }),
    2: (data) => {
      data['steps'] = 2
      return data
    },
  },
}

/** Versions of the layout. */
export const layoutCases: EngineCases = casesOf({
  async 'lifts older data step by step, and writes only when something changes'(bench) {
    const visitor = await moved(bench, { user: 'Ada', n: 1 }, [{}, third])
    const address = await addressOf(visitor)
    bench.line.take()
    await visitor.request((session) => assert.deepEqual({ ...session.data }, { n: 1, names: ['Ada'], steps: 2 }))
    assert.deepEqual(bench.line.take(), ['read'])
    assert.equal(await bench.payload(address), '{"user":"Ada","n":1}')
    await visitor.request((session) => (session.get('names') as string[]).push('Bea'))
    const stored = await bench.store.read(address)
    assert.equal(stored?.record.dataVersion, 3)
    assert.equal(await bench.payload(address), '{"n":1,"names":["Ada","Bea"],"steps":2}')
    assert.deepEqual(await visitor.see((session) => session.get('names')), ['Ada', 'Bea'])
  },

  async 'reads data older than the first step as empty'(bench) {
    const young: BenchOptions<Loose> = {
      dataVersion: 3,
      migrate: { 2: (data) => ({ ...data, lifted: String(data['user']).toUpperCase() }) },
    }
    const visitor = await moved(bench, { user: 'Ada' }, [{}, young])
    const { session } = await visitor.request((own) => assert.deepEqual({ ...own.data }, {}))
    assert.ok(session.meta.address, 'the session itself goes on')
  },

  async 'reads newer data as it stands, and leaves its version'(bench) {
    const newer: BenchOptions<Loose> = { dataVersion: 4, migrate: { 3: (data) => data } }
    const visitor = await moved(bench, { n: 1 }, [newer, third])
    await visitor.request((session) => {
      assert.equal(session.get('n'), 1)
      session.set('n', 2)
    })
    await visitor.request((session) => session.rotate())
    const stored = await bench.store.read(await addressOf(visitor))
    assert.equal(stored?.record.dataVersion, 4)
  },

  async 'merges what an older release stores meanwhile'(bench) {
    const old = await bench.visitor<Loose>({ user: 'Ada', n: 1 })
    const visitor = new Visitor(bench.sessions<Loose>(third), old.jar)
    const visit = await visitor.begin()
    visit.session.set('mine', true)
    await old.request((session) => session.set('n', 2))
    await visit.end()
    const data = await visitor.see((session) => ({ ...session.data }))
    assert.deepEqual(data, { n: 2, names: ['Ada'], steps: 2, mine: true })
  },

  async 'gives no session, an event, and an untouched record when a step throws'(bench) {
    const failing: BenchOptions<Loose> = {
      dataVersion: 2,
      migrate: {
        1: () => {
          throw new Error('of the application')
        },
      },
    }
    const visitor = await moved(bench, { n: 1 }, [{}, failing])
    const { session, cookies } = await visitor.request((own) => own.get('n'))
    assert.deepEqual([session.get('n'), cookies], [undefined, []])
    assert.equal(bench.events('rejected')[0]?.reason, 'malformed-payload')
  },
})
