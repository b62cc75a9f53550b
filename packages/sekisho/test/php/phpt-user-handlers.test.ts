/**
 * PHP's own tests of save handlers of an application (`ext/session/tests/user_session_module` of 8.4.24). Each test has PHP's name,
 * and what that test asks for behind the colon.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PhpSession } from '../../src/php/functions/php-session.ts'
import type { SaveHandlerCallbacks, UserSaveHandler } from '../../src/php/functions/user-handler.ts'
import type { Directives } from './directives.ts'
import { type Page, page, vars, type Visit } from './page.ts'
import { H } from './tracing-handler.ts'

const path = '/var/sessions'

/** A page over a handler that writes down its calls; the request brings the id `abc`. */
function over(handler: UserSaveHandler, directives: Directives = {}, visit: Visit = {}): Page {
  const visited = page({ save_path: path, ...directives }, { cookie: 'PHPSESSID=abc', ...visit })
  visited.session.setSaveHandler(handler)
  return visited
}

/** A handler without the optional verbs. */
function plain(h: H): UserSaveHandler {
  return {
    open: (savePath, name) => h.open(savePath, name),
    close: () => h.close(),
    read: (id) => h.read(id),
    write: (id, data) => h.write(id, data),
    destroy: (id) => h.destroy(id),
    gc: (lifetime) => h.gc(lifetime),
  }
}

/** The verbs as PHP's single functions. */
function callbacksOf(h: H, createSid?: () => string): SaveHandlerCallbacks {
  const { open, close, read, write, destroy, gc } = plain(h)
  return createSid === undefined
    ? [open, close, read, write, destroy, gc]
    : [open, close, read, write, destroy, gc, createSid]
}

/** A handler that wraps another, with what it does otherwise. */
function wrapping(h: H, own: Partial<UserSaveHandler> = {}): UserSaveHandler {
  return {
    ...plain(h),
    createSid: () => h.createSid(),
    validateId: (id) => h.validateId(id),
    updateTimestamp: (id, data) => h.updateTimestamp(id, data),
    ...own,
  }
}

const broken = new Error('Stop!')
const stop = (): never => {
  throw broken
}
const deprecated =
  'Providing individual callbacks instead of an object implementing SessionHandlerInterface is deprecated'

test('user/basic_set_save_handler_test: open, read, … write with the exact data', async () => {
  const h = new H({ abc: 'Foo|s:5:"Hello";' })
  const { session } = over(plain(h))
  await session.start()
  session.vars['Bar'] = 'World'
  await session.writeClose()
  assert.deepEqual(h.calls, ['open', 'read(abc)', 'write(abc,Foo|s:5:"Hello";Bar|s:5:"World";)', 'close'])
})

test('user/basic_set_save_handler_test02: three rounds with values within values', async () => {
  const h = new H()
  const { session } = over(plain(h))
  for (let round = 1; round <= 3; round += 1) {
    await session.start()
    session.vars['Basic'] = { list: [1, { deep: round }], round }
    await session.writeClose()
  }
  await session.start()
  assert.deepEqual(session.vars['Basic'], { list: [1, { deep: 3 }], round: 3 })
})

test('user/bug32330: destroy with a handler of one’s own, and a new start', async () => {
  const h = new H({ abc: 'a|i:1;' })
  const { session } = over(wrapping(h))
  await session.start()
  await session.destroy()
  session.id('other')
  await session.start()
  session.vars['b'] = 2
  await session.writeClose()
  assert.deepEqual([...h.records], [['other', 'b|i:2;']])
})

test('user/bug60634_error_2: what write throws reaches whoever closed, and the handler is closed', async () => {
  const h = new H()
  const { session } = over({ ...plain(h), write: stop })
  await session.start()
  await assert.rejects(session.writeClose(), broken)
  assert.deepEqual([h.calls, session.status()], [['open', 'read(abc)', 'close'], 'none'])
})

test('user/bug60634_error_5: what close throws reaches whoever closed', async () => {
  const { session } = over({ ...plain(new H()), close: stop })
  await session.start()
  await assert.rejects(session.writeClose(), broken)
  assert.equal(session.status(), 'none')
})

test('user/bug63379: regenerate(true) with a wrapping handler keeps the data', async () => {
  const h = new H({ abc: 'a|i:1;' })
  const { session } = over(wrapping(h))
  await session.start()
  await session.regenerateId(true)
  await session.writeClose()
  assert.deepEqual([...h.records], [['new1', 'a|i:1;']])
})

test('user/bug63379_nodestroy: regenerate(false) too, and the old one stays', async () => {
  const h = new H({ abc: 'a|i:1;' })
  const { session } = over(wrapping(h))
  await session.start()
  await session.regenerateId(false)
  await session.writeClose()
  assert.deepEqual(
    [...h.records],
    [
      ['abc', 'a|i:1;'],
      ['new1', 'a|i:1;'],
    ],
  )
})

test('user/bug70133: a wrapper may lead read to another id', async () => {
  const h = new H({ other: 'a|i:7;' })
  const visited = over(wrapping(h, { read: () => h.read('other') }))
  await visited.session.start()
  assert.deepEqual(vars(visited), { a: 7 })
})

test('user/bug71162: an empty session is written every time; since 8.6 it is only marked as used', async () => {
  for (const [php, call] of [
    ['8.5', 'write(abc,)'],
    ['8.6', 'updateTimestamp(abc)'],
  ] as const) {
    const h = new H({ abc: '' })
    const { session } = over(wrapping(h), { use_strict_mode: 0 }, { php })
    await session.start()
    await session.writeClose()
    assert.deepEqual(h.calls.slice(2), [call, 'close'])
  }
})

test('user/bug78624: gc gives what the handler counted', async () => {
  const { session } = over(new H())
  await session.start()
  assert.equal(await session.gc(), 3)
  const { session: other } = over({ ...plain(new H()), gc: () => false })
  await other.start()
  assert.equal(await other.gc(), false)
})

test('user/bug79091: createId fails when the handler knows every id', async () => {
  const h = new H({}, { knowsAll: true })
  const { session, said } = over(h)
  await session.start()
  h.calls.length = 0
  assert.equal(await session.createId(), false)
  assert.equal(h.calls.filter((call) => call === 'create_sid').length, 3)
  assert.deepEqual(said, ['Failed to create new ID'])
})

test('user/bug80889: a handler of one’s own takes the place of one that does not exist', async () => {
  const { session, said } = page({ save_handler: 'whatever' })
  assert.equal(session.moduleName(), 'whatever')
  assert.equal(session.setSaveHandler(new H()), true)
  assert.equal(await session.start(), true)
  assert.deepEqual([session.moduleName(), said], ['user', []])
})

test('user/bug80889a: no handler can be set when the headers have gone', () => {
  const { session, answer, said } = page()
  answer.headersSent = true
  assert.equal(session.setSaveHandler(new H()), false)
  assert.deepEqual(said, ['Session save handler cannot be changed after headers have already been sent'])
})

test('user/gh7787: the warnings name the verb that failed', async () => {
  const failed = (verb: string) =>
    `Failed to write session data using user defined save handler. (session.save_path: ${path}, handler: ${verb})`
  const one = over(new H({ abc: 'a|i:1;' }, { failing: ['updateTimestamp', 'write'] }))
  await one.session.start()
  assert.equal(await one.session.writeClose(), true)
  await one.session.start()
  one.session.vars['a'] = 2
  await one.session.writeClose()
  assert.deepEqual(one.said, [failed('H::updateTimestamp'), failed('H::write')])
  const single = page({ save_path: path })
  single.session.setSaveHandler(...callbacksOf(new H({}, { failing: ['write'] })))
  await single.session.start()
  await single.session.writeClose()
  assert.deepEqual(single.said, [deprecated, failed('write')])
})

test('user/gh9583: createId works without validateId', async () => {
  const { session } = over(plain(new H()))
  await session.start()
  assert.match(String(await session.createId('x')), /^x[0-9a-f]{32}$/)
})

test('user/gh9583-extra: strict mode takes every id where there is no validateId', async () => {
  const { session } = over(plain(new H()), { use_strict_mode: 1 })
  await session.start()
  assert.equal(session.id(), 'abc')
})

test('user/recursive_handler_argv_leak: a handler that calls the session functions is refused', async () => {
  const h = new H()
  const calling: { session?: PhpSession } = {}
  const { session, said } = over({
    ...plain(h),
    open(savePath, name) {
      void calling.session?.writeClose()
      return h.open(savePath, name)
    },
  })
  calling.session = session
  assert.equal(await session.start(), true)
  assert.deepEqual(said, ['Cannot call session save handler in a recursive manner'])
})

test('session_module_name_variation2: with a handler of one’s own the module is "user"', () => {
  const { session } = page()
  assert.equal(session.moduleName(), 'files')
  session.setSaveHandler(new H())
  assert.equal(session.moduleName(), 'user')
})

test('session_module_name_variation3: what open throws reaches whoever started', async () => {
  const { session } = over({ ...plain(new H()), open: stop })
  await assert.rejects(session.start(), broken)
  assert.equal(session.status(), 'none')
})

test('user/session_module_name_variation4: a sweep of everything, at each start', async () => {
  const h = new H({ abc: 'a|i:1;' })
  const { session } = over(plain(h), { gc_maxlifetime: 0, gc_probability: 1, gc_divisor: 1 })
  await session.start()
  await session.writeClose()
  assert.deepEqual(h.calls, ['open', 'read(abc)', 'gc(0)', 'write(abc,a|i:1;)', 'close'])
})

test('user/session_set_save_handler_basic: open, read, write, close, gc and destroy with their arguments', async () => {
  const seen: unknown[][] = []
  const note = (...args: unknown[]): boolean =>
    seen.push(args.map((arg) => (arg instanceof Uint8Array ? new TextDecoder().decode(arg) : arg))) > 0
  const { session } = over({
    open: (...args) => note('open', ...args),
    close: () => note('close'),
    read: (...args) => note('read', ...args) && '',
    write: (...args) => note('write', ...args),
    destroy: (...args) => note('destroy', ...args),
    gc: (...args) => Number(note('gc', ...args)),
  })
  await session.start()
  session.vars['Blah'] = 'Hello World!'
  assert.equal(await session.gc(), 1)
  await session.writeClose()
  await session.start()
  await session.destroy()
  assert.deepEqual(seen, [
    ['open', path, 'PHPSESSID'],
    ['read', 'abc'],
    ['gc', 1440],
    ['write', 'abc', 'Blah|s:12:"Hello World!";'],
    ['close'],
    ['open', path, 'PHPSESSID'],
    ['read', 'abc'],
    ['destroy', 'abc'],
    ['close'],
  ])
})

test('user/session_set_save_handler_class_001: the order of calls of a wrapping class', async () => {
  const h = new H()
  const { session } = over(wrapping(h), {}, { cookie: '' })
  await session.start()
  session.vars['foo'] = 'hello'
  await session.writeClose()
  await session.start()
  await session.writeClose()
  assert.deepEqual(h.calls, [
    'open',
    'create_sid',
    'read(new1)',
    'write(new1,foo|s:5:"hello";)',
    'close',
    'open',
    'read(new1)',
    'updateTimestamp(new1)',
    'close',
  ])
})

test('user/session_set_save_handler_class_002: a class that does everything itself', async () => {
  const h = new H({ abc: 'foo|s:5:"hello";' })
  const visited = over(h)
  await visited.session.start()
  assert.deepEqual(vars(visited), { foo: 'hello' })
  visited.session.vars['bar'] = 1
  await visited.session.writeClose()
  assert.equal(h.records.get('abc'), 'foo|s:5:"hello";bar|i:1;')
})

test('user/session_set_save_handler_class_003: a class that inherits from another', async () => {
  class Upper extends H {
    override read(id: string): string | false {
      return `seen|b:1;${super.read(id) || ''}`
    }
  }
  const visited = over(new Upper({ abc: 'foo|i:1;' }))
  await visited.session.start()
  assert.deepEqual(vars(visited), { seen: true, foo: 1 })
})

test('user/session_set_save_handler_class_004: the module’s own handler behind one that passes everything on', async () => {
  const visited = page()
  const files = visited.session
  await files.start()
  files.vars['foo'] = 'hello'
  await files.writeClose()
  const h = new H()
  assert.equal(files.setSaveHandler(wrapping(h)), true)
  await files.start()
  assert.deepEqual([vars(visited), files.moduleName()], [{}, 'user'])
})

test('user/session_set_save_handler_class_005: where the wrapped handler was never opened, the start fails', async () => {
  const h = new H({}, { failing: ['read'] })
  const { session, said } = over(wrapping(h))
  assert.equal(await session.start(), false)
  assert.deepEqual(said, [`Failed to read session data: user (path: ${path})`])
})

test('user/session_set_save_handler_class_007: closed with one handler, opened with another', async () => {
  const [one, other] = [new H(), new H()]
  const { session } = over(one)
  await session.start()
  await session.writeClose()
  session.setSaveHandler(other)
  await session.start()
  await session.writeClose()
  assert.equal(one.calls.length, 4)
  assert.deepEqual(other.calls, ['open', 'read(abc)', 'write(abc,)', 'close'])
})

test('user/session_set_save_handler_class_008: the end of the request, registered by hand', async () => {
  const h = new H()
  const { session } = over(h)
  session.registerShutdown()
  await session.start()
  session.vars['foo'] = 1
  await session.finish()
  assert.deepEqual(h.calls, ['open', 'read(abc)', 'write(abc,foo|i:1;)', 'close'])
})

test('user/session_set_save_handler_class_009: the session is saved at the end of the request', async () => {
  const h = new H()
  const { session } = over(h)
  await session.start()
  session.vars['foo'] = 1
  await session.finish()
  assert.equal(h.records.get('abc'), 'foo|i:1;')
})

test('user/session_set_save_handler_class_010: what was registered before sees the session open', async () => {
  const { session } = over(new H())
  const states: string[] = []
  session.registerShutdown(() => void states.push(session.status()))
  session.registerShutdown()
  session.registerShutdown(() => void states.push(session.status()))
  await session.start()
  await session.finish()
  assert.deepEqual(states, ['active', 'none'])
})

test('user/session_set_save_handler_class_015: set but never started: it is never called', async () => {
  const h = new H()
  await over(h).session.finish()
  assert.deepEqual(h.calls, [])
})

test('user/session_set_save_handler_class_016: a class that makes ids', async () => {
  const { session } = over(new H(), {}, { cookie: '' })
  await session.start()
  assert.equal(session.id(), 'new1')
})

test('user/session_set_save_handler_class_017: the same, always the same one', async () => {
  const { session } = over(wrapping(new H(), { createSid: () => 'my_sid' }), {}, { cookie: '' })
  await session.start()
  assert.equal(session.id(), 'my_sid')
})

test('user/session_set_save_handler_class_018: the old name validate_sid is not looked at', async () => {
  const handler = Object.assign(plain(new H()), { validate_sid: () => false })
  const { session } = over(handler, { use_strict_mode: 1 })
  await session.start()
  assert.equal(session.id(), 'abc')
})

test('user/session_set_save_handler_closures: single functions', async () => {
  const h = new H({ abc: 'a|i:1;' })
  const visited = page({ save_path: path }, { cookie: 'PHPSESSID=abc' })
  assert.equal(visited.session.setSaveHandler(...callbacksOf(h)), true)
  await visited.session.start()
  assert.deepEqual(vars(visited), { a: 1 })
  await visited.session.writeClose()
  assert.deepEqual([h.calls, visited.said], [['open', 'read(abc)', 'write(abc,a|i:1;)', 'close'], [deprecated]])
})

test('user/session_set_save_handler_error2: a handler that keeps nothing', async () => {
  const { session } = over({
    open: () => true,
    close: () => true,
    read: () => '',
    write: () => true,
    destroy: () => true,
    gc: () => 1,
  })
  await session.start()
  session.vars['foo'] = 1
  await session.writeClose()
  assert.equal(session.vars['foo'], 1)
  await session.start()
  assert.equal('foo' in session.vars, false)
})

test('user/session_set_save_handler_error3: what open throws stops the start', async () => {
  const h = new H()
  const { session } = over({ ...wrapping(h), open: stop })
  await assert.rejects(session.start(), broken)
  assert.deepEqual(h.calls, ['close'])
})

test('user/session_set_save_handler_iface_001: what PHP’s interface asks for', async () => {
  const { session } = over(plain(new H({ abc: 'a|i:1;' })))
  assert.equal(await session.start(), true)
  const { gc: _, ...rest } = plain(new H())
  assert.throws(() => page().session.setSaveHandler(rest as UserSaveHandler), {
    code: 'ERR_ARGUMENT',
    message: /method `gc`/,
  })
})

test('user/session_set_save_handler_iface_003: createSid makes the id', async () => {
  const { session } = over({ ...plain(new H()), createSid: () => 'made' }, {}, { cookie: '' })
  await session.start()
  assert.equal(session.id(), 'made')
})

test('user/session_set_save_handler_multiple: the optional functions of before stay', async () => {
  const h = new H()
  const visited = page({ save_path: path })
  visited.session.setSaveHandler(...callbacksOf(h, () => 'first'))
  visited.session.setSaveHandler(...callbacksOf(h))
  await visited.session.start()
  assert.equal(visited.session.id(), 'first')
})

test('user/session_set_save_handler_sid_001: a function makes the id', async () => {
  const visited = page({ save_path: path })
  visited.session.setSaveHandler(...callbacksOf(new H(), () => 'my_id'))
  await visited.session.start()
  assert.equal(visited.session.id(), 'my_id')
})

test('user/session_set_save_handler_sid_002: an id that is no text is an error', async () => {
  const visited = page({ save_path: path })
  const nothing = (() => null) as unknown as () => string
  visited.session.setSaveHandler(...callbacksOf(new H(), nothing))
  await assert.rejects(visited.session.start(), { code: 'ERR_ARGUMENT', message: /Session id must be a string/ })
  assert.equal(visited.session.status(), 'none')
})

test('user/session_set_save_handler_variation1: the module is "user" before and after', async () => {
  const { session } = over(plain(new H()))
  assert.equal(session.moduleName(), 'user')
  await session.start()
  assert.equal(session.moduleName(), 'user')
  await session.writeClose()
  assert.equal(session.moduleName(), 'user')
})

test('user/session_set_save_handler_variation2: it cannot be changed while active', async () => {
  const { session, said } = over(plain(new H()))
  await session.start()
  assert.equal(session.setSaveHandler(new H()), false)
  assert.deepEqual(said, ['Session save handler cannot be changed when a session is active'])
})

test('user/session_set_save_handler_variation3: nor when it was started automatically', async () => {
  const { session, said } = page({ auto_start: 1 })
  await session.start()
  assert.equal(session.setSaveHandler(new H()), false)
  assert.deepEqual(said, ['Session save handler cannot be changed when a session is active'])
})

test('user/session_set_save_handler_variation4: the sweep comes after the read: the variables are there and are written back', async () => {
  const h = new H({ abc: 'Blah|s:12:"Hello World!";' })
  const { session } = over({ ...plain(h), gc: () => h.destroyAll() }, { gc_probability: 1, gc_divisor: 1 })
  await session.start()
  assert.equal(session.vars['Blah'], 'Hello World!')
  assert.equal(h.records.size, 0)
  await session.writeClose()
  assert.equal(h.records.get('abc'), 'Blah|s:12:"Hello World!";')
})

test('user/session_set_save_handler_variation5: who is asked, with lazy_write and without', async () => {
  for (const [lazy, kept] of [
    [1, 'updateTimestamp(new1)'],
    [0, 'write(new1,a|i:1;)'],
  ] as const) {
    const h = new H()
    const { session } = over(h, { use_strict_mode: 1, lazy_write: lazy })
    await session.start()
    session.vars['a'] = 1
    await session.writeClose()
    h.calls.length = 0
    await session.start()
    await session.writeClose()
    assert.deepEqual(h.calls, ['open', 'validateId(new1)', 'read(new1)', kept, 'close'])
  }
})

test('user/session_set_save_handler_variation6: an unchanged session is marked as used, not written', async () => {
  const h = new H({ abc: 'a|i:1;' })
  const { session } = over(h, { lazy_write: 1 })
  await session.start()
  session.vars['a'] = 1
  await session.writeClose()
  assert.deepEqual(h.calls, ['open', 'read(abc)', 'updateTimestamp(abc)', 'close'])
})

test('a 0 and a -1 are still taken for yes and no, with a deprecation; anything else is an error', async () => {
  const old = { ...plain(new H()), open: (() => 0) as unknown as () => boolean }
  const visited = over(old)
  assert.equal(await visited.session.start(), true)
  assert.equal(visited.session.notices.at(-1)?.level, 'deprecated')
  const none = over({ ...plain(new H()), open: (() => undefined) as unknown as () => boolean })
  await assert.rejects(none.session.start(), {
    code: 'ERR_ARGUMENT',
    message: /`open` of a save handler must return a boolean/,
  })
})
