/**
 * PHP's own tests of the session functions (`ext/session/tests` of 8.4.24), as far as they are about starting and ending. Each
 * test has PHP's name, and what that test asks for behind the colon.
 */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cookiesOf, page, sessionFolder, store, storedIn, vars } from './page.ts'

const alreadyActive = 'Ignoring session_start() because a session is already active'

test('002: unset() with no session returns false', () => {
  const { session, said } = page()
  assert.equal(session.unset(), false)
  assert.deepEqual(said, [])
})

test('009: a key that was set, saved and unset is gone after the next start', async () => {
  const { session } = page()
  await session.start()
  session.vars['foo'] = 'bar'
  await session.writeClose()
  await session.start()
  assert.equal(session.vars['foo'], 'bar')
  delete session.vars['foo']
  await session.writeClose()
  await session.start()
  assert.deepEqual(Object.keys(session.vars), [])
})

test('027: the same, with a value that is changed in place', async () => {
  const { session } = page()
  await session.start()
  session.vars['foo'] = { bar: 1 }
  await session.writeClose()
  await session.start()
  ;(session.vars['foo'] as { bar: number }).bar += 1
  await session.writeClose()
  await session.start()
  assert.deepEqual(session.vars['foo'], { bar: 2 })
  session.unset()
  await session.writeClose()
  await session.start()
  assert.equal('foo' in session.vars, false)
})

test('013: start, destroy, a new id, start, destroy: no warning', async () => {
  const { session, said } = page()
  await session.start()
  await session.destroy()
  session.id('test')
  await session.start()
  assert.equal(session.id(), 'test')
  assert.equal(await session.destroy(), true)
  assert.deepEqual(said, [])
})

test('014: use_trans_sid cannot be changed while a session is active', async () => {
  const { session, said } = page({ use_only_cookies: 0 })
  await session.start()
  said.length = 0
  assert.equal(session.iniSet('session.use_trans_sid', 1), false)
  assert.deepEqual(said, ['Session ini settings cannot be changed when a session is active'])
  assert.equal(session.transSid, undefined)
})

test('016: with more levels of folders than the id has characters the start fails, and the page goes on', async () => {
  const folder = sessionFolder()
  const { session, said } = page({ save_path: `123;${folder}` })
  assert.equal(await session.start(), false)
  assert.equal(said.at(-1), `Failed to read session data: files (path: 123;${folder})`)
  session.vars['test'] = 'abc'
  assert.equal(await session.writeClose(), false)
})

test('bug42596: a save_path with a mode makes files of that mode', async () => {
  const folder = sessionFolder()
  const before = process.umask(0)
  try {
    const { session } = page({ save_path: `0;0777;${folder}` })
    await session.start()
    await session.writeClose()
    assert.equal(statSync(join(folder, `sess_${session.id()}`)).mode & 0o777, 0o777)
  } finally {
    process.umask(before)
  }
})

test('bug24592: null survives, and stays there as a key', async () => {
  const first = page()
  await first.session.start()
  Object.assign(first.session.vars, { foo: null, bar: null, faz: 'x' })
  await first.session.writeClose()
  await first.session.start()
  assert.deepEqual(vars(first), { foo: null, bar: null, faz: 'x' })
})

test('bug38377: regenerate and destroy: no warning', async () => {
  const { session, said } = page()
  await session.start()
  assert.equal(await session.regenerateId(), true)
  assert.equal(await session.destroy(), true)
  assert.deepEqual(said, [])
})

test('bug61470: regenerate makes the new record at once, and the old one stays', async () => {
  const { session, folder } = page()
  await session.start()
  const old = session.id()
  await session.regenerateId()
  assert.deepEqual(Object.keys(storedIn(folder)).toSorted(), [old, session.id()].toSorted())
})

test('bug65475: start, close and start keep the id and the counter', async () => {
  const { session } = page()
  await session.start()
  const id = session.id()
  session.vars['count'] = 1
  await session.writeClose()
  await session.start()
  assert.equal(session.id(), id)
  session.vars['count'] = Number(session.vars['count']) + 1
  await session.writeClose()
  await session.start()
  assert.equal(session.vars['count'], 2)
})

test('bug66827: a cookie that parses to an array is ignored: a new session, no notice', async () => {
  const { session, said } = page({}, { cookie: 'PHPSESSID[]=bad' })
  assert.equal(await session.start(), true)
  assert.match(session.id(), /^[0-9a-f]{32}$/)
  assert.deepEqual(said, [])
})

test('bug67694: regenerate(false): another id carries the data', async () => {
  const { session, folder } = page()
  await session.start()
  session.vars['foo'] = 'bar'
  const old = session.id()
  await session.regenerateId(false)
  const next = session.id()
  assert.notEqual(next, old)
  await session.writeClose()
  assert.deepEqual(storedIn(folder), { [old]: 'foo|s:3:"bar";', [next]: 'foo|s:3:"bar";' })
})

test('bug68063: an empty id, set or sent, is a new one', async () => {
  const set = page()
  set.session.id('')
  await set.session.start()
  assert.match(set.session.id(), /^[0-9a-f]{32}$/)
  const sent = page({}, { cookie: 'PHPSESSID=' })
  await sent.session.start()
  assert.match(sent.session.id(), /^[0-9a-f]{32}$/)
})

test('bug70013: who holds the variables sees the live ones after regenerate', async () => {
  for (const deletes of [false, true]) {
    const { session } = page()
    await session.start()
    const held = session.vars
    held['before'] = 1
    await session.regenerateId(deletes)
    assert.equal(session.vars, held)
    held['after'] = 2
    await session.writeClose()
    await session.start()
    assert.deepEqual({ ...session.vars }, { before: 1, after: 2 })
  }
})

test('bug70876: regenerate works in strict mode', async () => {
  const { session, said } = page({ use_strict_mode: 1 })
  await session.start()
  const old = session.id()
  assert.equal(await session.regenerateId(), true)
  assert.notEqual(session.id(), old)
  await session.writeClose()
  assert.deepEqual(said, [])
})

test('bug73100: the save handler cannot be changed while active, and destroy still works', async () => {
  const { session, said } = page()
  await session.start()
  assert.equal(session.moduleName('memory'), false)
  assert.equal(await session.destroy(), true)
  assert.equal(session.moduleName('memory'), 'files')
  assert.deepEqual(said, ['Session save handler module cannot be changed when a session is active'])
})

test('bug73273: unset empties the live variables, not copies that were taken before', async () => {
  const { session } = page()
  await session.start()
  session.vars['foo'] = 'bar'
  const copy = { ...session.vars }
  session.unset()
  assert.deepEqual([copy, { ...session.vars }], [{ foo: 'bar' }, {}])
})

test('bug74514: getters work after the headers have gone', () => {
  const { session, answer, said } = page()
  answer.headersSent = true
  assert.deepEqual([session.name(), session.cacheExpire(), session.cacheLimiter()], ['PHPSESSID', 180, 'nocache'])
  assert.equal(session.getCookieParams().path, '/')
  assert.deepEqual(said, [])
})

test('bug74936: getters work while a session is active', async () => {
  const { session, said } = page()
  await session.start()
  assert.deepEqual([session.name(), session.moduleName(), session.cacheExpire()], ['PHPSESSID', 'files', 180])
  assert.equal(session.cacheLimiter(), 'nocache')
  assert.equal(session.getCookieParams().lifetime, 0)
  assert.deepEqual(said, [])
})

test('bug74941: after the headers, a session without cookies and limiter can start', async () => {
  const { session, answer, said } = page({ use_cookies: 0, use_only_cookies: 0, cache_limiter: '' })
  answer.headersSent = true
  said.length = 0
  assert.equal(await session.start(), true)
  assert.deepEqual(said, [])
})

test('bug79413: createId while active gives another id', async () => {
  const { session } = page()
  await session.start()
  const made = await session.createId()
  assert.notEqual(made, session.id())
  assert.match(String(made), /^[0-9a-f]{32}$/)
})

test('session_abort_basic: abort drops what was changed', async () => {
  const { session } = page()
  await session.start()
  session.vars['foo'] = 'old'
  await session.commit()
  await session.start()
  session.vars['foo'] = 'new'
  assert.equal(await session.abort(), true)
  await session.start()
  assert.equal(session.vars['foo'], 'old')
})

test('session_basic1: with lazy_write and without, the id stays, and the options are not touched', async () => {
  for (const lazy of [0, 1]) {
    const folder = sessionFolder()
    const ids = new Set<string>()
    for (let visit = 1; visit <= 3; visit += 1) {
      const { session } = page({}, { folder, cookie: 'PHPSESSID=session-basic-1' })
      const options = Object.freeze({ lazy_write: lazy })
      await session.start(options)
      session.vars['n'] = visit
      ids.add(session.id())
      await session.writeClose()
      assert.deepEqual(options, { lazy_write: lazy })
    }
    assert.deepEqual([...ids], ['session-basic-1'])
    assert.deepEqual(storedIn(folder), { 'session-basic-1': 'n|i:3;' })
  }
})

test('session_basic2: in strict mode an id of one’s own is replaced by a fresh one each time', async () => {
  const { session } = page({ use_strict_mode: 1 })
  const seen = new Set(['mine'])
  for (let times = 0; times < 3; times += 1) {
    session.id('mine')
    await session.start()
    seen.add(session.id())
    await session.destroy()
  }
  assert.equal(seen.size, 4)
})

test('session_commit_basic: the variables stay readable', async () => {
  const { session } = page()
  await session.start()
  session.vars['blah'] = 'hello'
  assert.equal(await session.commit(), true)
  assert.equal(session.vars['blah'], 'hello')
})

test('session_commit_variation1: a second commit returns false', async () => {
  const { session, said } = page()
  await session.start()
  assert.equal(await session.commit(), true)
  assert.equal(await session.commit(), false)
  assert.deepEqual(said, [])
})

test('session_commit_variation2: start and commit, again and again', async () => {
  const { session, said } = page()
  for (let times = 0; times < 4; times += 1) {
    assert.equal(await session.start(), true)
    assert.equal(await session.commit(), true)
  }
  assert.deepEqual(said, [])
})

test('session_commit_variation3: a session that was started automatically is committed', async () => {
  const started = page({ auto_start: 1 })
  await started.session.start() // what the adapters do before the handler runs
  assert.equal(await started.session.commit(), true)
  assert.equal(await started.session.start(), true)
})

test('session_commit_variation4: the id survives', async () => {
  const { session } = page()
  await session.start()
  const id = session.id()
  for (let times = 0; times < 3; times += 1) {
    await session.commit()
    assert.equal(session.id(), id)
    await session.start()
    assert.equal(session.id(), id)
  }
})

test('session_commit_variation5: an id of one’s own with 32 characters survives', async () => {
  const { session } = page()
  const id = '8a3b5c7d9e1f20314253647586970a1b'
  session.id(id)
  for (let times = 0; times < 3; times += 1) {
    await session.start()
    assert.equal(session.id(), id)
    await session.commit()
  }
})

test('session_write_close_basic: the variables stay readable', async () => {
  const { session } = page()
  await session.start()
  session.vars['a'] = 1
  await session.writeClose()
  assert.deepEqual({ ...session.vars }, { a: 1 })
})

test('session_write_close_variation1: a second close returns false', async () => {
  const { session } = page()
  await session.start()
  assert.deepEqual([await session.writeClose(), await session.writeClose()], [true, false])
})

test('session_write_close_variation2: start and close, again and again', async () => {
  const { session, said } = page()
  for (let times = 0; times < 4; times += 1) {
    assert.deepEqual([await session.start(), await session.writeClose()], [true, true])
  }
  assert.deepEqual(said, [])
})

test('session_write_close_variation3: a session that was started automatically is closed', async () => {
  const { session } = page({ auto_start: 1 })
  await session.start()
  assert.equal(await session.writeClose(), true)
  assert.equal(session.status(), 'none')
})

test('session_write_close_variation4: an id of one’s own survives', async () => {
  const { session } = page()
  session.id('test')
  for (let times = 0; times < 3; times += 1) {
    await session.start()
    await session.writeClose()
    assert.equal(session.id(), 'test')
  }
})

test('session_create_id_basic: 32 characters and a prefix, with and without a session; strict mode replaces it', async () => {
  const { session } = page()
  assert.match(String(await session.createId()), /^[0-9a-f]{32}$/)
  assert.match(String(await session.createId('ABCD')), /^ABCD[0-9a-f]{32}$/)
  await session.start()
  assert.match(String(await session.createId('XYZ-')), /^XYZ-[0-9a-f]{32}$/)
  for (const [strict, isKept] of [
    [0, true],
    [1, false],
  ] as const) {
    const other = page({ use_strict_mode: strict }).session
    const made = String(await other.createId('ABCD'))
    other.id(made)
    await other.start()
    assert.equal(other.id() === made, isKept)
  }
})

test('session_create_id_invalid_prefix: "_" and "%" warn; too long and NUL are errors', async () => {
  const { session, said } = page()
  assert.equal(await session.createId('_'), false)
  assert.equal(await session.createId('%'), false)
  const warning =
    'Prefix cannot contain special characters. Only the A-Z, a-z, 0-9, "-", and "," characters are allowed'
  assert.deepEqual(said, [warning, warning])
  const wrong = { code: 'ERR_ARGUMENT' }
  await assert.rejects(session.createId('a'.repeat(257)), { ...wrong, message: /cannot be longer than 256 characters/ })
  await assert.rejects(session.createId('A\0A'), { ...wrong, message: /must not contain any null bytes/ })
})

test('session_destroy_variation1: twice: true, then a warning and false', async () => {
  const { session, said } = page()
  await session.start()
  assert.deepEqual([await session.destroy(), await session.destroy()], [true, false])
  assert.deepEqual(said, ['Trying to destroy uninitialized session'])
})

test('session_destroy_variation2: start and destroy, again and again', async () => {
  const { session, said, folder } = page()
  for (let times = 0; times < 4; times += 1) {
    assert.deepEqual([await session.start(), await session.destroy()], [true, true])
  }
  assert.deepEqual([said, storedIn(folder)], [[], {}])
})

test('session_destroy_variation3: the id is empty afterwards', async () => {
  const { session } = page()
  await session.start()
  assert.notEqual(session.id(), '')
  await session.destroy()
  assert.equal(session.id(), '')
})

test('session_id_basic: the getter, the setter, and nothing after destroy', async () => {
  const { session } = page()
  assert.equal(session.id(), '')
  assert.equal(session.id('test'), '')
  await session.start()
  assert.equal(session.id(), 'test')
  await session.destroy()
  assert.equal(session.id(), '')
})

test('session_id_basic2: ids of 120 characters with 6 bits, and 22 with 4', async () => {
  const long = page({ sid_length: 120, sid_bits_per_character: 6 }).session
  await long.start()
  assert.match(long.id(), /^[0-9a-zA-Z,-]{120}$/)
  const short = page({ sid_length: 22, sid_bits_per_character: 4 }).session
  await short.start()
  assert.match(short.id(), /^[0-9a-f]{22}$/)
})

test('session_id_error2: the id cannot be changed while active', async () => {
  const { session, said } = page()
  await session.start()
  const id = session.id()
  assert.equal(session.id('other'), false)
  assert.equal(session.id(), id)
  assert.deepEqual(said, ['Session ID cannot be changed when a session is active'])
})

test('session_id_error3: with an illegal id the start fails, and the id is empty', async () => {
  for (const id of ['_', '+', 'a/b', 'ä']) {
    const { session } = page()
    session.id(id)
    assert.equal(await session.start(), false)
    assert.equal(session.id(), '')
  }
})

test('session_regenerate_id_basic: without a session a warning and false, with one a new id', async () => {
  const { session, said } = page()
  assert.equal(await session.regenerateId(), false)
  assert.deepEqual(said, ['Session ID cannot be regenerated when there is no active session'])
  await session.start()
  const id = session.id()
  assert.equal(await session.regenerateId(), true)
  assert.notEqual(session.id(), id)
})

test('session_regenerate_id_variation1: the same, and the old record goes', async () => {
  const { session, folder } = page()
  assert.equal(await session.regenerateId(true), false)
  await session.start()
  const old = session.id()
  session.vars['a'] = 1
  assert.equal(await session.regenerateId(true), true)
  await session.writeClose()
  assert.notEqual(session.id(), old)
  assert.deepEqual(storedIn(folder), { [session.id()]: 'a|i:1;' })
})

test('session_reset_basic: reset reads the storage again', async () => {
  const { session } = page()
  await session.start()
  session.vars['foo'] = 'stored'
  await session.writeClose()
  await session.start()
  session.vars['foo'] = 'changed'
  assert.equal(await session.reset(), true)
  assert.equal(session.vars['foo'], 'stored')
})

test('session_start_error: an option of a wrong type throws, an unknown one warns and the start goes on', async () => {
  const { session, said } = page()
  await assert.rejects(session.start({ read_and_close: {} as never }), {
    code: 'ERR_ARGUMENT',
    message: /must be of type string\|int\|bool/,
  })
  assert.equal(await session.start({ option: false } as object), true)
  assert.deepEqual(said, ['Setting option "option" failed'])
})

test('session_start_read_and_close: what counts as yes', async () => {
  const old = [
    [true, 'none'],
    [1, 'none'],
    ['1', 'none'],
    [-1, 'none'],
    [0, 'active'],
    ['0', 'active'],
    ['false', 'active'],
    [false, 'active'],
  ] as const
  for (const [value, status] of old) {
    const { session } = page()
    assert.equal(await session.start({ read_and_close: value }), true)
    assert.equal(session.status(), status, String(value))
  }
  const next = page({}, { php: '8.5' }).session
  await next.start({ read_and_close: -1 })
  assert.equal(next.status(), 'active')
  await assert.rejects(page({}, { php: '8.5' }).session.start({ read_and_close: 'true' }), { code: 'ERR_ARGUMENT' })
})

test('session_start_variation1: a second start is a notice, true, and changes nothing', async () => {
  const { session, said } = page()
  await session.start()
  session.vars['a'] = 1
  const id = session.id()
  assert.equal(await session.start({ name: 'other' }), true)
  assert.deepEqual([session.id(), session.name(), session.vars['a']], [id, 'PHPSESSID', 1])
  assert.deepEqual(said, [alreadyActive])
})

test('session_start_variation2: start and destroy, again and again, without cookies', async () => {
  const { session, said } = page({ use_cookies: 0 })
  for (let times = 0; times < 3; times += 1) {
    await session.start()
    await session.destroy()
  }
  assert.deepEqual(said, [])
})

test('session_start_variation3: destroy after close warns', async () => {
  const { session, said } = page()
  await session.start()
  await session.writeClose()
  assert.equal(await session.destroy(), false)
  assert.deepEqual(said, ['Trying to destroy uninitialized session'])
})

test('session_start_variation4: what was set before the start is replaced by what is stored', async () => {
  const { session } = page()
  session.vars['colour'] = 'blue'
  await session.start()
  assert.deepEqual({ ...session.vars }, {})
})

test('session_start_variation5: the variables stay readable after close', async () => {
  const { session } = page()
  await session.start()
  session.vars['colour'] = 'blue'
  await session.writeClose()
  assert.equal(session.vars['colour'], 'blue')
})

test('session_start_variation6: four values survive close and start', async () => {
  const { session } = page()
  await session.start()
  const values = { colour: 'blue', shape: 'sphere', size: 5, list: [1.5, null, true] }
  Object.assign(session.vars, values)
  await session.writeClose()
  await session.start()
  assert.deepEqual({ ...session.vars }, values)
})

test('session_start_variation7: after destroy the variables stay; after the next start they are empty', async () => {
  const { session } = page()
  await session.start()
  session.vars['colour'] = 'blue'
  await session.destroy()
  assert.equal(session.vars['colour'], 'blue')
  await session.start()
  assert.deepEqual({ ...session.vars }, {})
})

test('session_start_variation8: no id before the start, and none after destroy', async () => {
  const { session } = page()
  assert.equal(session.id(), '')
  await session.start()
  assert.notEqual(session.id(), '')
  await session.destroy()
  assert.equal(session.id(), '')
})

test('session_start_variation9: with auto_start there is an id, and a start is a notice', async () => {
  const { session, said } = page({ auto_start: 1 })
  await session.start()
  assert.notEqual(session.id(), '')
  assert.equal(await session.start(), true)
  assert.deepEqual(said, [alreadyActive])
})

test('session_status: none and active', async () => {
  const { session } = page()
  assert.equal(session.status(), 'none')
  await session.start()
  assert.equal(session.status(), 'active')
  await session.writeClose()
  assert.equal(session.status(), 'none')
})

test('session_status_disabled: with an unknown save handler sessions are disabled', async () => {
  const { session, said } = page({ save_handler: 'non-existent' })
  assert.equal(session.status(), 'disabled')
  assert.equal(await session.start(), false)
  assert.deepEqual(said, ['Cannot find session save handler "non-existent" - session startup failed'])
})

test('session_unset_basic: the variables go and the session stays', async () => {
  const { session } = page()
  await session.start()
  session.vars['foo'] = 1
  assert.equal(session.unset(), true)
  assert.deepEqual([{ ...session.vars }, session.status()], [{}, 'active'])
})

test('session_unset_variation1: without a session it is false, and the variables are not touched', async () => {
  const { session } = page()
  await session.start()
  session.vars['foo'] = 1
  await session.writeClose()
  assert.equal(session.unset(), false)
  assert.deepEqual({ ...session.vars }, { foo: 1 })
})

test('session_gc_basic: without a session a warning and false, with one a number', async () => {
  const { session, said, folder } = page()
  assert.equal(await session.gc(), false)
  assert.deepEqual(said, ['Session cannot be garbage collected when there is no active session'])
  await session.start()
  assert.equal(await session.gc(), 0)
  await session.writeClose()
  store(folder, 'old', '')
  session.iniSet('session.gc_maxlifetime', -1)
  await session.start()
  assert.ok(Number(await session.gc()) >= 1)
})

test('session_regenerate_id_cookie: one cookie remains, with the new id, behind those of the page', async () => {
  const visited = page()
  visited.answer.setHeader('Set-Cookie', ['shop=1', 'PHPSESSID=stale'])
  await visited.session.start()
  const id = visited.session.id()
  await visited.session.regenerateId()
  assert.notEqual(visited.session.id(), id)
  assert.deepEqual(visited.answer.lines, [
    'Set-Cookie: shop=1',
    `Set-Cookie: PHPSESSID=${visited.session.id()}; path=/`,
    'Expires: Thu, 19 Nov 1981 08:52:00 GMT',
    'Cache-Control: no-store, no-cache, must-revalidate',
    'Pragma: no-cache',
  ])
})

test('gh9200: expires is written as "Thu, 01 Jan 2099 00:00:00 GMT", with Max-Age', async () => {
  const visited = page({ cookie_lifetime: 3600 }, { now: () => Date.UTC(2098, 11, 31, 23) })
  await visited.session.start()
  const id = visited.session.id()
  const wanted = `PHPSESSID=${id}; expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=3600; path=/`
  assert.deepEqual(cookiesOf(visited), [wanted])
})

test('bug80774: a backslash is legal in a name', async () => {
  const visited = page({ name: 'foo\\bar' })
  visited.session.id('12345')
  await visited.session.start()
  assert.deepEqual(cookiesOf(visited), ['foo\\bar=12345; path=/'])
})

test('bug72940: SID is empty when the id came by cookie, and "name=id" when it came by GET', async () => {
  const ini = { use_strict_mode: 0, use_cookies: 1, use_only_cookies: 0 }
  const byCookie = page(ini, { cookie: 'PHPSESSID=bug72940cookie' })
  await byCookie.session.start()
  assert.equal(byCookie.session.sid, '')
  const byGet = page(ini, { url: '/?PHPSESSID=bug72940get' })
  await byGet.session.start()
  assert.equal(byGet.session.sid, 'PHPSESSID=bug72940get')
})

test('bug51338: nothing is rewritten under use_only_cookies', async () => {
  const { session } = page({ use_only_cookies: 1, use_trans_sid: 1 })
  await session.start()
  assert.equal(session.transSid, undefined)
})

test('bug71974: nothing is rewritten when the session’s cookie came', async () => {
  const { session } = page(
    { use_only_cookies: 0, use_trans_sid: 1, use_strict_mode: 0 },
    { cookie: 'PHPSESSID=1234567890123456789012345678901234567890' },
  )
  await session.start()
  assert.equal(session.transSid, undefined)
  const without = page({ use_only_cookies: 0, use_trans_sid: 1 })
  await without.session.start()
  assert.deepEqual(without.session.transSid, { name: 'PHPSESSID', id: without.session.id() })
})

test('session_basic4: after a change of the id the rewriter uses the last one', async () => {
  const { session } = page({ use_only_cookies: 0, use_cookies: 0, use_trans_sid: 1 })
  session.id('first')
  await session.start()
  assert.deepEqual(session.transSid, { name: 'PHPSESSID', id: 'first' })
  await session.commit()
  session.id('second')
  await session.start()
  assert.deepEqual(session.transSid, { name: 'PHPSESSID', id: 'second' })
})
