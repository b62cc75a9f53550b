/**
 * What the directives do that PHP's own tests leave out: by version, by chance, and by the clock.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookiesOf, page, sessionFolder, store, vars } from './page.ts'
import { H } from './tracing-handler.ts'

const id = 'abcdefabcdefabcdefabcdefabcdefab'

test('sweeps for those draws that lie below the probability, and for no others', async () => {
  for (const [random, sweeps] of [
    [0, true],
    [0.0099, true],
    [0.01, false],
    [0.999, false],
  ] as const) {
    const h = new H()
    const { session } = page({ gc_probability: 1, gc_divisor: 100 }, { random: () => random })
    session.setSaveHandler(h)
    await session.start()
    assert.equal(h.calls.includes('gc(1440)'), sweeps, String(random))
  }
})

test('PHP 8.2 takes a name that no cookie can have, and goes on without a cookie', async () => {
  const visited = page({ name: 'a;b' }, { php: '8.2' })
  assert.equal(await visited.session.start(), true)
  assert.deepEqual(cookiesOf(visited), [])
  assert.match(visited.said[0] ?? '', /^session\.name cannot contain any of the following/)
  assert.equal(page({ name: 'a;b' }).session.name(), 'PHPSESSID')
  assert.equal(page({ name: '12' }, { php: '8.2' }).said[0], 'session.name "12" cannot be numeric or empty')
})

test('a partitioned cookie needs to be secure: PHP 8.5 refuses the start, the safe preset the configuration', async () => {
  const ini = { cookie_partitioned: 1 }
  const visited = page(ini, { php: '8.5' })
  assert.equal(await visited.session.start(), false)
  assert.deepEqual(visited.said, ['Partitioned session cookie cannot be used without also configuring it as secure'])
  assert.throws(() => page(ini, { php: 'safe' }), { code: 'ERR_OPTION', message: /session\.cookie_secure/ })
  const secure = page({ ...ini, cookie_secure: 1 }, { php: '8.5' })
  await secure.session.start()
  assert.match(cookiesOf(secure)[0] ?? '', /; secure; Partitioned$/)
})

test('while the progress of uploads is kept, no directive can be changed but those of links', async () => {
  const { session } = page({ 'upload_progress.enabled': 1 })
  const refused = {
    code: 'ERR_ARGUMENT',
    message: /cannot be changed at runtime when session\.upload_progress\.enabled is On/,
  }
  assert.throws(() => session.name('other'), refused)
  assert.throws(() => session.iniSet('session.save_path', '/tmp'), refused)
  await assert.rejects(session.start({ name: 'other' }), refused)
  assert.equal(session.iniSet('session.trans_sid_hosts', 'a.test'), '')
  assert.equal(session.id('mine'), '')
  assert.equal(await session.start({ read_and_close: true }), true)
})

test('the safe preset says when use_trans_sid has no effect', () => {
  const { said } = page({ use_trans_sid: 1 }, { php: 'safe' })
  assert.ok(said.includes('session.use_trans_sid has no effect while session.use_only_cookies is on'), String(said))
})

test('numbers may have the suffixes of php.ini, and switches its words', () => {
  const { session } = page({ gc_maxlifetime: '2K', use_strict_mode: 'On', lazy_write: 'off' })
  assert.equal(session.iniGet('session.gc_maxlifetime'), 2048)
  assert.deepEqual([session.iniGet('session.use_strict_mode'), session.iniGet('session.lazy_write')], [true, false])
})

test('a rolling cookie is sent at every start, with a lifetime that begins anew', async () => {
  const folder = sessionFolder()
  store(folder, id, 'a|i:1;')
  const visit = { folder, cookie: `PHPSESSID=${id}`, now: () => Date.UTC(2026, 0, 1) }
  const still = page({ cookie_lifetime: 60 }, visit)
  await still.session.start()
  assert.deepEqual(cookiesOf(still), [])
  const rolling = page({ cookie_lifetime: 60 }, { ...visit, rolling: true })
  await still.session.abort()
  await rolling.session.start()
  assert.deepEqual(cookiesOf(rolling), [`PHPSESSID=${id}; expires=Thu, 01 Jan 2026 00:01:00 GMT; Max-Age=60; path=/`])
})

test('an id is replaced when it has been in use for long enough', async () => {
  const folder = sessionFolder()
  store(folder, id, 'a|i:1;')
  let now = Date.now()
  const visit = { folder, cookie: `PHPSESSID=${id}`, php: 'safe', regenerateEvery: 600, now: () => now } as const
  const first = page({}, visit)
  await first.session.start()
  assert.equal(first.session.id(), id)
  await first.session.writeClose()
  now += 601_000
  const later = page({}, visit)
  await later.session.start()
  assert.notEqual(later.session.id(), id)
  assert.deepEqual([vars(later)['a'], cookiesOf(later).length], [1, 1])
  await later.session.writeClose()
  assert.throws(() => page({}, { regenerateEvery: -1 }), { code: 'ERR_OPTION' })
})

test('a handler that is gone when a session was opened under another is not asked again', async () => {
  const h = new H({ abc: 'a|i:1;' })
  const { session } = page({}, { cookie: 'PHPSESSID=abc' })
  session.setSaveHandler(h)
  await session.start()
  await session.writeClose()
  assert.equal(session.moduleName('files'), 'user')
  await session.start()
  assert.equal(h.calls.length, 4)
})
