/** What two overlapping requests both changed: the later commit wins, and the event names the path. */
import assert from 'node:assert/strict'
import { addressOf, casesOf, failsWith, type Bench, type Data, type EngineCases } from './bench.ts'
import { after } from './faults.ts'
import type { Handler } from './visitor.ts'

/** Two requests that load together and commit one after the other. @returns What is stored, and the paths in conflict. */
async function race(
  bench: Bench,
  data: Partial<Data>,
  [earlier, later]: readonly [Handler<Data>, Handler<Data>],
): Promise<{ stored: unknown; paths: string[] }> {
  const visitor = await bench.visitor(data)
  const [first, second] = [await visitor.begin(), await visitor.begin()]
  await earlier(first.session)
  await later(second.session)
  await first.end()
  await second.end()
  const address = await addressOf(visitor)
  return {
    stored: await visitor.see((session) => ({ ...session.data })),
    paths: bench.events('conflict', address).map(({ path }) => path),
  }
}

/** True conflicts. */
export const conflictCases: EngineCases = casesOf({
  async 'lets the later commit win a key that both set, and names it'(bench) {
    const { stored, paths } = await race(bench, { name: 'old' }, [
      (session) => session.set('name', 'earlier'),
      (session) => session.set('name', 'later'),
    ])
    assert.deepEqual({ stored, paths }, { stored: { name: 'later' }, paths: ['name'] })
  },

  async 'sees no conflict when both set a key to the same'(bench) {
    const { stored, paths } = await race(bench, { profile: { a: 1 } }, [
      (session) => session.set('profile', { a: 2 }),
      (session) => session.set('profile', { a: 2 }),
    ])
    assert.deepEqual({ stored, paths }, { stored: { profile: { a: 2 } }, paths: [] })
  },

  async 'names the member of a nested object, and merges the rest of it'(bench) {
    const { stored, paths } = await race(bench, { profile: { deep: { a: 0, b: 0, c: 0 } } }, [
      ({ data }) => Object.assign(data.profile?.['deep'] as object, { a: 1, b: 1 }),
      ({ data }) => Object.assign(data.profile?.['deep'] as object, { a: 2, c: 2 }),
    ])
    assert.deepEqual(
      { stored, paths },
      { stored: { profile: { deep: { a: 2, b: 1, c: 2 } } }, paths: ['profile.deep.a'] },
    )
  },

  async 'lets a later change win over a delete'(bench) {
    const { stored, paths } = await race(bench, { profile: { a: 0, b: 0 } }, [
      ({ data }) => delete data.profile?.['a'],
      ({ data }) => Object.assign(data.profile ?? {}, { a: 2 }),
    ])
    assert.deepEqual({ stored, paths }, { stored: { profile: { a: 2, b: 0 } }, paths: ['profile.a'] })
  },

  async 'lets a later delete win over a change'(bench) {
    const { stored, paths } = await race(bench, { n: 1, profile: { a: 0, b: 0 } }, [
      (session) => {
        session.set('n', 2)
        Object.assign(session.data.profile ?? {}, { a: 1 })
      },
      (session) => {
        session.delete('n')
        delete session.data.profile?.['a']
      },
    ])
    assert.deepEqual({ stored, paths: paths.toSorted() }, { stored: { profile: { b: 0 } }, paths: ['n', 'profile.a'] })
  },

  async 'lets an array that one edited and the other appended to go to the later commit'(bench) {
    const { stored, paths } = await race(bench, { cart: ['a', 'b'] }, [
      (session) => session.get('cart')?.push('c'),
      (session) => session.get('cart')?.splice(0, 1),
    ])
    assert.deepEqual({ stored, paths }, { stored: { cart: ['b'] }, paths: ['cart'] })
  },

  async 'keeps both tails, theirs first, when one request appended to what the other replaced by a longer array'(
    bench,
  ) {
    const { stored, paths } = await race(bench, { cart: ['a'] }, [
      (session) => session.set('cart', ['a', 'x']),
      (session) => session.get('cart')?.push('y'),
    ])
    assert.deepEqual({ stored, paths }, { stored: { cart: ['a', 'x', 'y'] }, paths: [] })
  },

  async 'replaces as a whole what was set as a whole'(bench) {
    const { stored, paths } = await race(bench, { profile: { a: 0 } }, [
      ({ data }) => Object.assign(data.profile ?? {}, { b: 1 }),
      (session) => session.set('profile', { c: 2 }),
    ])
    assert.deepEqual({ stored, paths }, { stored: { profile: { c: 2 } }, paths: ['profile'] })
  },

  async 'names a path once, however often the write is tried again'(bench) {
    const visitor = await bench.visitor({ n: 0, other: 0 })
    const visit = await visitor.begin()
    visit.session.set('n', 1)
    await visitor.request((session) => session.set('n', 2))
    const rival = (other: number) =>
      after(async () => {
        await visitor.request((session) => session.set('other', other))
      })
    bench.line.next(
      'replace',
      rival(1),
      (send) => send(),
      rival(2),
      (send) => send(),
      rival(3),
    )
    await visit.end()
    const stored = await visitor.see((session) => ({ ...session.data }))
    assert.deepEqual(stored, { n: 1, other: 3 })
    assert.deepEqual(
      bench.events('conflict').map(({ path }) => path),
      ['n'],
    )
  },

  async 'gives up after the conflict time-out with an error that a client may answer by trying again'(bench) {
    const visitor = await bench.visitor({ n: 0 }, { conflictTimeoutMs: 1 })
    const visit = await visitor.begin()
    bench.line.next(
      'replace',
      after(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        await visitor.request((session) => session.set('other', 1))
      }),
    )
    const error = await failsWith('ERR_SESSION_CONFLICT', () => visit.session.update('n', (n) => (n ?? 0) + 1))
    assert.equal(error.status, 503)
    assert.equal(await visitor.see((session) => session.get('n')), 0)
  },
})
