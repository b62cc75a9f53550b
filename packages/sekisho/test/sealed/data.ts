/** What a handler does with a sealed session. */
import assert from 'node:assert/strict'
import * as v from 'valibot'
import type { KeyRing } from '../../src/crypto/keyring.ts'
import { defineSession } from '../../src/session/define.ts'
import type { SealedSession } from '../../src/session/sealed-contract.ts'
import type { SealedSessionOptions } from '../../src/session/sealed-options.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { failsWith } from '../engine/bench.ts'
import { Visitor } from '../engine/visitor.ts'
import { browse, cookieName, onBench, type Data } from './bench.ts'

onBench('keeps what is set, changed in place and deleted', async (bench) => {
  const visitor = await bench.visitor({ cart: ['a'], profile: { deep: { list: [1] } }, n: 1 })
  await visitor.request((session) => {
    session.get('cart')?.push('b')
    ;(session.data.profile as { deep: { list: number[] } }).deep.list.push(2)
    session.delete('n')
    session.data['茶'] = '"\n\\ \u2028 😀'
  })
  assert.deepEqual(await visitor.see((session) => ({ ...session.data })), {
    cart: ['a', 'b'],
    profile: { deep: { list: [1, 2] } },
    茶: '"\n\\ \u2028 😀',
  })
})

onBench('sends no cookie when nothing has changed, even if it was set', async (bench) => {
  const visitor = await bench.visitor({ cart: ['a'], n: 1 })
  const { cookies } = await visitor.request((session) => {
    session.set('n', 1)
    session.get('cart')?.push('b')
    session.get('cart')?.pop()
  })
  assert.deepEqual(cookies, [])
})

onBench('keeps a session without data, and makes one that is only ensured', async (bench) => {
  const visitor = bench.browser()
  await visitor.request((session) => session.ensure())
  assert.ok(await visitor.see((session) => session.meta.address))
  await visitor.request((session) => session.set('n', 1))
  await visitor.request((session) => session.deleteAll())
  assert.deepEqual(await visitor.see((session) => session.keys()), [])
  assert.ok(await visitor.see((session) => session.meta.address))
})

onBench('lets the last cookie win, and says so by having no update', async (bench) => {
  const visitor = await bench.visitor({ n: 0 })
  await visitor.overlap([(session) => session.set('n', 1), (session) => session.set('name', 'last')])
  assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 0, name: 'last' })
})

onBench('has no update, save and rotate, in its type and at run time', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const { session } = await visitor.begin()
  const sealed: SealedSession<Data> = session
  const change = (): number => 2
  // @ts-expect-error -- sealed sessions have no `update`
  const updated = failsWith('ERR_ARGUMENT', () => sealed.update('n', change))
  // @ts-expect-error -- nor `save`
  const saved = failsWith('ERR_ARGUMENT', () => sealed.save())
  // @ts-expect-error -- nor `rotate`
  const rotated = failsWith('ERR_ARGUMENT', () => sealed.rotate())
  const messages = (await Promise.all([updated, saved, rotated])).map(({ message }) => message)
  for (const [index, name] of ['update', 'save', 'rotate'].entries()) {
    assert.match(messages[index] ?? '', new RegExp(`^\`${name}\` needs a store`))
  }
  assert.equal(sealed.get('n'), 1)
})

onBench('keeps a flash message for the next page, and takes it only with a cookie', async (bench) => {
  const visitor = bench.browser()
  await visitor.request((session) => session.flash('name', 'Saved'))
  const head = await visitor.begin({ method: 'HEAD' })
  assert.equal(head.session.flash('name'), 'Saved')
  await head.end()
  assert.equal(bench.events('undeliverable').length, 1)
  assert.equal(await visitor.see((session) => session.flash('name')), 'Saved')
  assert.equal(await visitor.see((session) => session.flash('name')), undefined)
})

onBench('drops changes in answers that carry no cookie, and says so', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  for (const init of [{ method: 'HEAD' }, { status: 304 }, { status: 101 }, { deliverable: false }]) {
    bench.seen.length = 0
    const { cookies } = await visitor.request((session) => session.set('n', 2), init)
    assert.deepEqual([cookies, bench.events('undeliverable').length], [[], 1])
  }
  bench.seen.length = 0
  await bench.browser().request((session) => session.set('n', 2), { method: 'HEAD' })
  assert.deepEqual(bench.seen, [{ event: 'undeliverable', address: undefined }])
  assert.equal(await visitor.see((session) => session.get('n')), 1)
})

onBench('reports a change that comes after the answer has begun, and does not make it', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const visit = await visitor.begin()
  await visit.end()
  visit.session.set('n', 2)
  await failsWith('ERR_SESSION_COMMITTED', () => visit.session.login('ada'))
  await failsWith('ERR_SESSION_COMMITTED', () => visit.commit())
  assert.deepEqual(
    bench.events('late').map(({ key }) => key),
    ['n'],
  )
  assert.deepEqual([visit.session.get('n'), visit.cookies], [1, []])
})

onBench('drops the changes of a handler that failed, where the adapter says so', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const { cookies } = await visitor.request((session) => session.set('n', 2), { changes: 'drop' })
  assert.deepEqual(cookies, [])
  assert.equal(await visitor.see((session) => session.get('n')), 1)
})

onBench('hides keys that fail the schema, says which, and keeps them', async (bench) => {
  const visitor = await bench.visitor({ n: 1, name: 'A' })
  const schema = v.looseObject({ n: v.optional(v.number()), name: v.optional(v.number()) })
  const checked = browse(
    bench.sealed({ schema: schema as unknown as NonNullable<SealedSessionOptions<Data>['schema']> }),
  )
  checked.jar.set(cookieName, visitor.token ?? '')
  assert.deepEqual(await checked.see((session) => ({ ...session.data })), { n: 1 })
  const [invalid] = bench.events('invalid')
  assert.deepEqual(invalid?.keys, ['name'])
  assert.equal(invalid?.address, await checked.see((session) => session.meta.address))
  await checked.request((session) => session.set('n', 2))
  visitor.jar.set(cookieName, checked.token ?? '')
  assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 2, name: 'A' })
})

onBench('lifts older data step by step, and reads newer data as it stands', async (bench) => {
  const first = await bench.visitor({ n: 1 })
  const options = { dataVersion: 3, migrate: { 1: ({ n }: { n?: unknown }) => ({ two: n }), 2: ({ two }: { two?: unknown }) => ({ n: two, three: true }) } } // prettier-ignore
  const third = browse(bench.sealed(options))
  third.jar.set(cookieName, first.token ?? '')
  const { cookies } = await third.request((session) => assert.deepEqual({ ...session.data }, { n: 1, three: true }))
  assert.deepEqual(cookies, [])
  await third.request((session) => session.set('n', 3))
  first.jar.set(cookieName, third.token ?? '')
  await first.request((session) => session.set('name', 'older server'))
  third.jar.set(cookieName, first.token ?? '')
  assert.deepEqual(await third.see((session) => ({ ...session.data })), { n: 3, three: true, name: 'older server' })
})

onBench('takes data that its codec no longer reads for no session, with an event', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const codec = {
    stringify: JSON.stringify,
    parse: (text: string) => (text === '{}' ? {} : JSON.parse(`!${text}`)) as unknown,
  }
  const changed = browse(bench.sealed({ codec }))
  changed.jar.set(cookieName, visitor.token ?? '')
  const { session, cookies } = await changed.request((visited) => visited.get('n'))
  assert.deepEqual([session.get('n'), cookies], [undefined, []])
  assert.equal(bench.events('rejected')[0]?.reason, 'malformed-payload')
})

onBench('keeps what another codec encodes, line feeds and all', async (bench) => {
  const codec = {
    stringify: (value: object) => `\n${JSON.stringify(value, null, 2)}\n`,
    parse: (text: string) => JSON.parse(text) as unknown,
  }
  const visitor = await bench.visitor({ n: 1, name: 'a\nb' }, bench.sealed({ codec }))
  assert.deepEqual(await visitor.see((session) => ({ ...session.data })), { n: 1, name: 'a\nb' })
})

onBench('refuses a value that its codec cannot keep where it is set', async (bench) => {
  const visitor = await bench.visitor({ n: 1 })
  const visit = await visitor.begin()
  await failsWith('ERR_VALUE', () => visit.session.set('name', new Date() as unknown as string))
  visit.session.set('profile', { list: [1] })
  ;(visit.session.get('profile') as { list: unknown }).list = new Map()
  await failsWith('ERR_VALUE', () => visit.commit())
  assert.deepEqual(visit.cookies, [])
})

onBench('serves several sealed and stored definitions of one application side by side', async (bench) => {
  const language = browse(bench.sealed({ cookie: { name: '__Host-language' } }))
  const cart = browse(bench.sealed({ cookie: { name: '__Host-cart', chunks: 3 } }))
  const store = new MemoryStore({ now: () => Date.now() })
  const user = new Visitor(defineSession<Data>({ name: 'shop', store, sweep: false, development: false }))
  const jar = new Map<string, string>()
  for (const visitor of [language, cart, user]) Object.defineProperty(visitor, 'jar', { value: jar })
  await language.request((session) => session.set('name', 'ja'))
  await cart.request((session) => session.set('cart', ['tea'.repeat(2000)]))
  await user.request((session) => session.login('ada'))
  bench.seen.length = 0
  assert.equal(await language.see((session) => session.get('name')), 'ja')
  assert.equal(await cart.see((session) => session.get('cart')?.[0]?.length), 6000)
  assert.equal(await user.see((session) => session.principal), 'ada')
  assert.deepEqual(bench.events('rejected'), [])
  const swapped = new Map([['__Host-language', jar.get('__Host-sid') ?? ''], ['__Host-sid', jar.get('__Host-language') ?? '']]) // prettier-ignore
  for (const visitor of [language, user]) {
    Object.defineProperty(visitor, 'jar', { value: swapped })
    assert.deepEqual(await visitor.see((session) => [session.principal, { ...session.data }]), [undefined, {}])
  }
})

onBench('refuses options that cannot be meant', async (bench) => {
  const refused: [Partial<SealedSessionOptions<Data>>, RegExp][] = [
    [{ keyRing: undefined as unknown as KeyRing }, /`keyRing` must be a KeyRing; received undefined/],
    [{ keyRing: ['secret'] as unknown as KeyRing }, /`keyRing` must be a KeyRing; received an array/],
    [{ name: '' }, /`name`/],
    [{ revocations: {} as MemoryStore }, /`revocations` must be a session store/],
    [{ lifetime: { idle: 10, absolute: 5 } }, /`lifetime\.idle`/],
    [{ cookie: { name: 'a b' } }, /`cookie\.name`/],
  ]
  for (const [options, message] of refused) {
    assert.match((await failsWith('ERR_OPTION', () => bench.sealed(options))).message, message)
  }
})
