/**
 * Where the safe behaviour differs from PHP's own: each row of `docs/guide/php/differences.md` has its test here, under the row's
 * first words.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createPhpSession } from '../../src/php/functions/create.ts'
import { SaveHandlerFailure, type SaveHandler } from '../../src/php/handler/contract.ts'
import { memorySessions } from '../../src/php/handler/memory.ts'
import type { Directives } from './directives.ts'
import { cookiesOf, type Page, page, sessionFolder, store, storedIn, vars, type Visit } from './page.ts'
import { H } from './tracing-handler.ts'

/** A page with the safe behaviour. */
function safe(directives: Directives = {}, visit: Visit = {}): Page {
  return page(directives, { php: 'safe', ...visit })
}

/** Another page of the same browser. */
function next({ folder }: Page, id: string, visit: Visit = {}): Page {
  return safe({}, { folder, cookie: `PHPSESSID=${id}`, ...visit })
}

const id = 'abcdefabcdefabcdefabcdefabcdefab'

test('Defaults: strict mode, HttpOnly and SameSite=Lax, as in PHP 8.6', async () => {
  const visited = safe({}, { cookie: 'PHPSESSID=chosen' })
  await visited.session.start()
  assert.notEqual(visited.session.id(), 'chosen')
  assert.deepEqual(cookiesOf(visited), [`PHPSESSID=${visited.session.id()}; path=/; HttpOnly; SameSite=Lax`])
})

test('A wrong directive stops the application, and PHP’s versions start with the default', () => {
  assert.throws(() => safe({ cookie_lifetime: -1 }), { code: 'ERR_OPTION', message: /session\.cookie_lifetime/ })
  assert.throws(() => safe({ name: '' }), { code: 'ERR_OPTION' })
  assert.throws(() => safe({ gc_maxlifetime: 'soon' }), { code: 'ERR_OPTION' })
  assert.throws(() => safe({ 'no.such.directive': 1 }), { code: 'ERR_OPTION' })
  assert.throws(() => safe({ save_handler: 'mm' }), {
    code: 'ERR_OPTION',
    message: /one of the `modules` \(`files`, `memory`\)/,
  })
  assert.equal(page({ cookie_lifetime: -1 }).session.iniGet('session.cookie_lifetime'), 0)
})

test('A SameSite that no browser knows stops the application', () => {
  assert.throws(() => safe({ cookie_samesite: 'Foo' }), {
    code: 'ERR_OPTION',
    message: /`session\.cookie_samesite` must be `Strict`, `Lax`, `None` or empty.*received "Foo"/,
  })
  assert.equal(safe().session.setCookieParams({ samesite: 'Foo' }), false)
  for (const known of ['Strict', 'lax', 'None', '']) {
    assert.equal(safe({ cookie_samesite: known }).session.getCookieParams().samesite, known)
  }
  assert.equal(page({ cookie_samesite: 'Foo' }).session.getCookieParams().samesite, 'Foo')
})

test('An id that no handler takes counts as absent, and the visitor gets a new one', async () => {
  for (const illegal of ['a_b', '../x', 'a/b', '+', 'x'.repeat(251), 'a%00b']) {
    const visited = safe({}, { cookie: `PHPSESSID=${illegal}` })
    assert.equal(await visited.session.start(), true)
    assert.equal(cookiesOf(visited).length, 1)
  }
  assert.equal(await page({}, { cookie: 'PHPSESSID=a_b' }).session.start(), false)
})

test('Several cookies of the name: the one that has a session is taken', async () => {
  const folder = sessionFolder()
  store(folder, id, 'login|s:5:"alice";')
  const cookie = `PHPSESSID=planted; PHPSESSID=${id}`
  const visited = safe({}, { folder, cookie })
  await visited.session.start()
  assert.deepEqual([visited.session.id(), vars(visited)], [id, { login: 'alice' }])
  const exact = page({ use_strict_mode: 1 }, { folder, cookie })
  await exact.session.start()
  assert.deepEqual(vars(exact), {})
})

test('A record that cannot be read stays where it is, and the visitor gets a new session', async () => {
  const folder = sessionFolder()
  store(folder, id, 'login|s:5:"alice";\n')
  const visited = safe({}, { folder, cookie: `PHPSESSID=${id}` })
  assert.equal(await visited.session.start(), true)
  assert.notEqual(visited.session.id(), id)
  assert.deepEqual(visited.said, ['Failed to decode session object. It was kept, and a new session begun in its place'])
  assert.equal(cookiesOf(visited).length, 1)
  visited.session.vars['new'] = 1
  await visited.session.writeClose()
  assert.deepEqual(storedIn(folder), { [id]: 'login|s:5:"alice";\n', [visited.session.id()]: 'new|i:1;' })
  const exact = page({}, { folder, cookie: `PHPSESSID=${id}` })
  assert.equal(await exact.session.start(), false)
  assert.equal(id in storedIn(folder), false)
})

test('A name with | is an error, and what was stored stays, in the versions of PHP too', async () => {
  for (const php of ['safe', '8.2', '8.5'] as const) {
    const folder = sessionFolder()
    store(folder, id, 'login|s:5:"alice";')
    const { session } = page({}, { folder, php, cookie: `PHPSESSID=${id}` })
    await session.start()
    session.vars['a|b'] = 1
    await assert.rejects(session.writeClose(), { code: 'ERR_VALUE', message: /\| in its name/ })
    assert.deepEqual([storedIn(folder), session.status()], [{ [id]: 'login|s:5:"alice";' }, 'none'])
  }
})

test('A value that PHP cannot hold is an error, and what was stored stays', async () => {
  const folder = sessionFolder()
  store(folder, id, 'login|s:5:"alice";')
  const { session } = safe({}, { folder, cookie: `PHPSESSID=${id}` })
  await session.start()
  session.vars['ok'] = 1
  session.vars['f'] = () => {}
  await assert.rejects(session.writeClose(), { code: 'ERR_VALUE' })
  assert.deepEqual(storedIn(folder), { [id]: 'login|s:5:"alice";' })
})

test('A variable with a number for its name is an error, and not left out', async () => {
  const { session } = safe()
  await session.start()
  session.vars['5'] = 'five'
  await assert.rejects(session.writeClose(), { code: 'ERR_VALUE' })
  const whole = safe({ serialize_handler: 'php_serialize' })
  await whole.session.start()
  whole.session.vars['5'] = 'five'
  await whole.session.writeClose()
  assert.deepEqual(Object.values(storedIn(whole.folder)), ['a:1:{i:5;s:4:"five";}'])
})

test('decode() of something else leaves the session as it was', async () => {
  const { session, said } = safe()
  await session.start()
  session.vars['login'] = 'alice'
  assert.equal(await session.decode('garbage'), false)
  assert.deepEqual([{ ...session.vars }, session.status()], [{ login: 'alice' }, 'active'])
  assert.deepEqual(said, ['Failed to decode session object. The session is as it was'])
})

test('Nothing is stored for a visitor for whom nothing was stored', async () => {
  const { session, folder } = safe()
  await session.start()
  await session.writeClose()
  assert.deepEqual(storedIn(folder), {})
  const exact = page()
  await exact.session.start()
  assert.deepEqual(Object.values(storedIn(exact.folder)), [''])
})

/** A session with this data, of which `page` replaces the id and then does more. */
async function replaced(data: string, clock: Visit, more: (session: Page['session']) => unknown): Promise<Page> {
  const folder = sessionFolder()
  store(folder, id, data)
  const first = safe({}, { folder, cookie: `PHPSESSID=${id}`, ...clock })
  await first.session.start()
  await more(first.session)
  await first.session.writeClose()
  return first
}

test('regenerate(false) alone leaves a record that leads to the new id for a while, and to nothing after it', async () => {
  let now = Date.now()
  const clock = { now: () => now }
  const first = await replaced('login|s:5:"alice";', clock, (session) => session.regenerateId())
  assert.equal('destroyed' in first.session.vars, false)
  const late = next(first, id, clock)
  await late.session.start()
  assert.deepEqual([late.session.id(), vars(late)], [first.session.id(), { login: 'alice' }])
  assert.match(cookiesOf(late)[0] ?? '', new RegExp(`^PHPSESSID=${first.session.id()};`))
  await late.session.writeClose()
  now += 61_000
  const tooLate = next(first, id, clock)
  await tooLate.session.start()
  assert.deepEqual([vars(tooLate), tooLate.said], [{}, ['Session ID was replaced by another too long ago']])
  assert.equal(id in storedIn(first.folder), false)
})

test('regenerate(false) with a change, as at a login, leaves the old id what it was before, for a while', async () => {
  const login = (session: Page['session']): void => {
    session.vars['login'] = 'alice'
  }
  const before = async (session: Page['session']): Promise<void> => {
    login(session)
    await session.regenerateId()
  }
  const after = async (session: Page['session']): Promise<void> => {
    await session.regenerateId()
    login(session)
  }
  for (const deeds of [before, after]) {
    let now = Date.now()
    const clock = { now: () => now }
    const first = await replaced('cart|i:1;', clock, deeds)
    assert.deepEqual(vars(first), { cart: 1, login: 'alice' })
    const other = next(first, id, clock)
    await other.session.start()
    assert.deepEqual([other.session.id(), other.session.vars['cart'], 'login' in other.session.vars], [id, 1, false])
    assert.deepEqual(cookiesOf(other), [])
    await other.session.writeClose()
    now += 61_000
    const tooLate = next(first, id, clock)
    await tooLate.session.start()
    assert.deepEqual([vars(tooLate), tooLate.session.id() === id], [{}, false])
    await tooLate.session.abort()
    const own = next(first, first.session.id(), clock)
    await own.session.start()
    assert.deepEqual(vars(own), { cart: 1, login: 'alice' })
  }
})

test('A request that fails after regenerate() leaves the session under the old id', async () => {
  for (const deletesOld of [true, false]) {
    const first = await regenerated(deletesOld)
    first.session.vars['a|b'] = 'what cannot be kept'
    await assert.rejects(first.session.writeClose(), { code: 'ERR_VALUE' })
    assert.deepEqual([storedIn(first.folder), cookiesOf(first)], [{ [id]: 'login|s:5:"alice";' }, []])
  }
  const streamed = await regenerated(true)
  streamed.answer.headersSent = true
  streamed.session.vars['a|b'] = 'what cannot be kept'
  await assert.rejects(streamed.session.writeClose(), { code: 'ERR_VALUE' })
  assert.deepEqual(storedIn(streamed.folder), { [String(streamed.session.id())]: 'login|s:5:"alice";' })
})

/** A page that has given a session another id, and goes on. */
async function regenerated(deletesOld: boolean): Promise<Page> {
  const folder = sessionFolder()
  store(folder, id, 'login|s:5:"alice";')
  const first = safe({}, { folder, cookie: `PHPSESSID=${id}` })
  await first.session.start()
  await first.session.regenerateId(deletesOld)
  return first
}

test('every row about old ids goes by a mark of ours: a variable of that name in an application is its own', async () => {
  const folder = sessionFolder()
  store(folder, id, 'destroyed|i:3;')
  const game = safe({}, { folder, cookie: `PHPSESSID=${id}` })
  await game.session.start()
  await game.session.regenerateId()
  assert.deepEqual([vars(game), game.said], [{ destroyed: 3 }, []])
})

test('An old id leads nowhere when the new session has ended', async () => {
  const first = await replaced('login|s:5:"alice";', {}, (session) => session.regenerateId())
  const out = next(first, first.session.id())
  await out.session.start()
  await out.session.destroy({ cookie: true })
  const late = next(first, id)
  await late.session.start()
  assert.deepEqual([vars(late), storedIn(first.folder)], [{}, {}])
})

test('regenerate() keeps the variables under the new id at once, so that a page which dies loses nothing', async () => {
  const first = safe()
  await first.session.start()
  first.session.vars['login'] = 'alice'
  await first.session.writeClose()
  await first.session.start()
  await first.session.regenerateId(true)
  await first.session.abort()
  const after = next(first, first.session.id())
  await after.session.start()
  assert.deepEqual(vars(after), { login: 'alice' })
})

test('A storage that fails is an error with the status 503, and the cookie stays as it is', async () => {
  const memory = memorySessions()
  const broken = (verb: keyof SaveHandler) => {
    const module = {
      name: 'broken',
      create: (ini: Parameters<typeof memory.create>[0]) => Object.assign(memory.create(ini), { [verb]: () => fail() }),
    }
    return safe({ save_handler: 'broken' }, { modules: [module], cookie: `PHPSESSID=${id}` })
  }
  const fail = (): never => {
    throw new SaveHandlerFailure('Connection refused')
  }
  for (const verb of ['open', 'validateId', 'read'] as const) {
    memory.put(id, new TextEncoder().encode('login|s:5:"alice";'))
    const visited = broken(verb)
    await assert.rejects(visited.session.start(), { code: 'ERR_STORE_UNAVAILABLE', status: 503 })
    assert.deepEqual(
      [cookiesOf(visited), visited.said[0], visited.session.status()],
      [[], 'Connection refused', 'none'],
    )
  }
  const writing = broken('write')
  await writing.session.start()
  writing.session.vars['n'] = 1
  await assert.rejects(writing.session.writeClose(), { code: 'ERR_STORE_UNAVAILABLE', status: 503 })
  const destroying = broken('destroy')
  await destroying.session.start()
  await assert.rejects(destroying.session.destroy(), { code: 'ERR_STORE_UNAVAILABLE', status: 503 })
})

test('A start or a new id after the headers have gone is an error, and not a warning that nobody reads', async () => {
  const early = safe()
  early.answer.headersSent = true
  await assert.rejects(early.session.start(), { code: 'ERR_SESSION_COMMITTED' })
  const late = safe()
  await late.session.start()
  const before = late.session.id()
  late.answer.headersSent = true
  await assert.rejects(late.session.regenerateId(true), { code: 'ERR_SESSION_COMMITTED' })
  assert.deepEqual([late.session.id(), late.session.status()], [before, 'active'])
  const exact = page()
  exact.answer.headersSent = true
  assert.equal(await exact.session.start(), false)
  assert.deepEqual(exact.said, ['Session cannot be started after headers have already been sent'])
})

test('Two calls at once are an error, and not a warning that nobody reads', async () => {
  const { session } = safe()
  const first = session.start()
  await assert.rejects(session.writeClose(), {
    code: 'ERR_ARGUMENT',
    message: /session_write_close\(\) was called while session_start\(\) was not finished/,
  })
  assert.equal(await first, true)
})

test('destroy({ cookie: true }) removes the cookie from the place where it is, and PHP’s recipe only one at "/"', async () => {
  const visited = safe(
    { cookie_path: '/shop', cookie_domain: 'example.test', cookie_secure: 1 },
    { cookie: `PHPSESSID=${id}` },
  )
  await visited.session.start()
  await visited.session.destroy({ cookie: true })
  assert.deepEqual(cookiesOf(visited), [
    'PHPSESSID=deleted; expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; path=/shop; domain=example.test; secure; HttpOnly; SameSite=Lax',
  ])
  assert.deepEqual(vars(visited), {})
})

test('An attribute of the cookie cannot end it, or begin another header', () => {
  const { session, said } = safe()
  assert.equal(session.setCookieParams({ path: '/; domain=evil.test' }), false)
  assert.equal(session.iniSet('session.cookie_samesite', 'Lax\r\nX-Evil: 1'), false)
  assert.equal(said.length, 2)
  assert.equal(page().session.iniSet('session.cookie_path', '/\r\nX-Evil: 1'), false)
})

test('referer_check is made on every request; PHP leaves it out where the page does not mention $_SERVER', async () => {
  const ini = { use_only_cookies: 0, referer_check: 'shop.test' }
  const idAfter = async (referer?: string): Promise<string> => {
    const { session } = page(ini, { url: '/?PHPSESSID=abc', ...(referer === undefined ? {} : { referer }) })
    await session.start()
    return session.id()
  }
  assert.equal(await idAfter(), 'abc')
  assert.equal(await idAfter('https://shop.test/cart'), 'abc')
  assert.notEqual(await idAfter('https://evil.test/'), 'abc')
})

test('A session that has been emptied is kept empty, and marked as used while it stays so, as in PHP 8.6', async () => {
  const h = new H({ [id]: 'a|i:1;' })
  const { session } = safe({}, { cookie: `PHPSESSID=${id}` })
  session.setSaveHandler(h)
  await session.start()
  session.unset()
  await session.writeClose()
  await session.start()
  await session.writeClose()
  assert.deepEqual(
    h.calls.filter((call) => /write|update/.test(String(call))),
    [`write(${id},)`, `updateTimestamp(${id})`],
  )
})

test('every row of the page about the differences has its test here, and every test its row', () => {
  const guide = readFileSync(new URL('../../../../docs/guide/php/differences.md', import.meta.url), 'utf8')
  const source = readFileSync(new URL(import.meta.url), 'utf8')
  const tests = [...source.matchAll(/^test\('([^']+)', (?:async )?\(\) =>/gm)].map(([, name = '']) => name)
  const own = /## The functions\n([^]*?)\nTwo more/.exec(guide)?.[1] ?? ''
  const rows = [...own.matchAll(/^\| (?!-|Ours)(.+?) \|/gm)].map(([, first = '']) => first.trim().replaceAll('\\', ''))
  const aboutThis = ['every row', 'without a request']
  assert.deepEqual(
    rows.toSorted(),
    tests.filter((name) => !aboutThis.some((start) => name.startsWith(start))).toSorted(),
  )
})

test('without a request and an answer the functions work for a script', async () => {
  const session = createPhpSession(
    { 'session.save_handler': 'memory', 'session.use_cookies': 0 },
    { headers: {} },
    { modules: [memorySessions()] },
  )
  await session.start()
  session.vars['n'] = 1
  assert.equal(await session.writeClose(), true)
})
