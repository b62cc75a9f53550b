/**
 * PHP's own tests of the session functions (`ext/session/tests` of 8.4.24), as far as they are about settings. Each test has PHP's
 * name, and what that test asks for behind the colon.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directives } from '../../src/php/ini/directive-table.ts'
import { cookiesOf, page, storedIn } from './page.ts'

const iniActive = 'Session ini settings cannot be changed when a session is active'
const nameRule =
  'must not be numeric, empty, contain null bytes or any of the following characters "=,;.[ \\t\\r\\n\\013\\014"'

test('bug66481: an empty name in the configuration: a warning, and the default', () => {
  const { session, said } = page({ name: '' })
  assert.equal(session.name(), 'PHPSESSID')
  assert.deepEqual(said, [`session.name "" ${nameRule}`])
})

test('gh16290: an absurdly long cookie lifetime is ignored without a word', async () => {
  const visited = page({ cookie_lifetime: '9223372036854775807' })
  assert.deepEqual(visited.said, [])
  await visited.session.start()
  assert.deepEqual(cookiesOf(visited), [`PHPSESSID=${visited.session.id()}; path=/`])
})

test('gh16385: parameters of a cookie that is not used cannot be set', () => {
  const { session, said } = page({ use_cookies: 0 })
  assert.equal(session.setCookieParams({ lifetime: 3600, secure: true }), false)
  assert.deepEqual(said, ['Session cookies cannot be used when session.use_cookies is disabled'])
})

test('deprecations: for each of the old settings a notice, for their defaults none', () => {
  const usual = page({ use_only_cookies: 1, use_trans_sid: 0, trans_sid_tags: 'a=href,area=href,frame=src,form=' })
  assert.deepEqual(usual.said, [])
  const old = {
    use_only_cookies: 0,
    use_trans_sid: 1,
    trans_sid_hosts: 'php.net',
    trans_sid_tags: 'a=href',
    referer_check: 'php.net',
  }
  const wanted = [
    'Disabling session.use_only_cookies INI setting is deprecated',
    'Enabling session.use_trans_sid INI setting is deprecated',
    'Usage of session.trans_sid_hosts INI setting is deprecated',
    'Usage of session.trans_sid_tags INI setting is deprecated',
    'Usage of session.referer_check INI setting is deprecated',
  ]
  assert.deepEqual(page(old).said.toSorted(), wanted.toSorted())
  assert.deepEqual(page(old, { php: '8.2' }).said, [])
  const { session, said } = page()
  for (const [name, value] of Object.entries(old)) session.iniSet(`session.${name}`, value)
  assert.deepEqual(said, wanted)
})

test('session_gc_probability_ini: a probability under 0 and a divisor under 1 are refused', () => {
  const { session, said } = page()
  assert.equal(session.iniSet('session.gc_probability', -1), false)
  assert.equal(session.iniSet('session.gc_divisor', 0), false)
  assert.equal(session.iniSet('session.gc_divisor', -1), false)
  assert.deepEqual(said, [
    'session.gc_probability must be greater than or equal to 0',
    'session.gc_divisor must be greater than 0',
    'session.gc_divisor must be greater than 0',
  ])
  assert.deepEqual([session.iniGet('session.gc_probability'), session.iniGet('session.gc_divisor')], [0, 100])
  assert.equal(page({}, { php: '8.2' }).session.iniSet('session.gc_divisor', 0), 100)
})

test('session_ini_set: while active every setting is refused; auto_start can never be set', async () => {
  const { session, said } = page()
  await session.start()
  for (const [name, { atRuntime }] of Object.entries(directives)) {
    said.length = 0
    assert.equal(session.iniSet(name, '1'), false)
    assert.deepEqual(said, atRuntime ? [iniActive] : [], name)
  }
  await session.writeClose()
  assert.equal(session.iniSet('session.auto_start', 1), false)
  assert.equal(session.iniSet('session.lazy_write', 0), true)
  assert.equal(session.iniSet('session.no_such_setting', 1), false)
})

test('session_cache_expire_basic: the value before comes back, and it cannot be changed while active', async () => {
  const { session, said } = page()
  assert.deepEqual([session.cacheExpire(), session.cacheExpire(360), session.cacheExpire()], [180, 180, 360])
  await session.start()
  assert.deepEqual([session.cacheExpire(720), session.cacheExpire()], [360, 360])
  assert.deepEqual(said, ['Session cache expiration cannot be changed when a session is active'])
  await session.destroy()
  assert.equal(session.cacheExpire(), 360)
})

test('session_cache_expire_variation1: the same from the configuration', () => {
  const { session } = page({ cache_expire: 360 })
  assert.deepEqual([session.cacheExpire(), session.cacheExpire(1440), session.cacheExpire()], [360, 360, 1440])
})

test('session_cache_expire_variation2: the same by ini_set', () => {
  const { session } = page()
  session.iniSet('session.cache_expire', 360)
  assert.equal(session.cacheExpire(), 360)
})

test('session_cache_expire_variation3: what was set can be seen by ini_get', () => {
  const { session } = page()
  session.cacheExpire(360)
  assert.equal(session.iniGet('session.cache_expire'), 360)
})

test('session_cache_limiter_basic: the value before comes back', async () => {
  const { session } = page()
  for (const [next, before] of [
    ['public', 'nocache'],
    ['private', 'public'],
    ['nocache', 'private'],
    ['private_no_expire', 'nocache'],
  ] as const) {
    assert.equal(session.cacheLimiter(next), before)
    await session.start()
    assert.equal(session.cacheLimiter(), next)
    await session.destroy()
  }
})

test('session_cache_limiter_variation1: a change while active is a warning and false', async () => {
  const { session, said } = page()
  await session.start()
  assert.equal(session.cacheLimiter('public'), false)
  assert.equal(session.cacheLimiter(), 'nocache')
  assert.deepEqual(said, ['Session cache limiter cannot be changed when a session is active'])
})

test('session_cache_limiter_variation2: the same by ini_set', async () => {
  const { session, said } = page()
  assert.equal(session.iniSet('session.cache_limiter', 'public'), 'nocache')
  await session.start()
  assert.equal(session.iniSet('session.cache_limiter', 'private'), false)
  assert.deepEqual([session.cacheLimiter(), said], ['public', [iniActive]])
})

test('session_cache_limiter_variation3: what was set can be seen by ini_get', () => {
  const { session } = page()
  session.cacheLimiter('public')
  assert.equal(session.iniGet('session.cache_limiter'), 'public')
})

const paramsOf = { lifetime: 0, path: '/', domain: '', secure: false, httponly: false, samesite: '' }

test('session_get_cookie_params_basic: the getter mirrors the setter, in both of its forms', () => {
  const { session } = page()
  assert.deepEqual(session.getCookieParams(), paramsOf)
  assert.equal(session.setCookieParams(3600, '/path', 'blah', false, false), true)
  assert.deepEqual(session.getCookieParams(), { ...paramsOf, lifetime: 3600, path: '/path', domain: 'blah' })
  const all = { lifetime: 1_234_567_890, path: '/guff', domain: 'foo', secure: true, httponly: true, samesite: 'blah' }
  assert.equal(session.setCookieParams(all), true)
  assert.deepEqual(session.getCookieParams(), all)
  assert.equal(page({}, { php: '8.5' }).session.getCookieParams().partitioned, false)
})

test('session_get_cookie_params_variation1: the getter mirrors the settings', () => {
  const { session } = page()
  const values = {
    lifetime: 3600,
    path: '/path',
    domain: 'www.example.test',
    secure: true,
    httponly: true,
    samesite: 'Strict',
  }
  for (const [name, value] of Object.entries(values)) session.iniSet(`session.cookie_${name}`, value)
  assert.deepEqual(session.getCookieParams(), values)
})

const paramsActive = 'Session cookie parameters cannot be changed when a session is active'

test('session_set_cookie_params_basic: refused while active, allowed before and after', async () => {
  const { session, said } = page()
  assert.equal(session.setCookieParams(3600), true)
  await session.start()
  assert.equal(session.setCookieParams(1800), false)
  await session.destroy()
  assert.equal(session.setCookieParams(1200), true)
  assert.deepEqual([session.getCookieParams().lifetime, said], [1200, [paramsActive]])
})

/** Sets one parameter before, while and after a session is active. */
async function variation(name: string, [first, second, third]: readonly [unknown, unknown, unknown]): Promise<void> {
  const { session, said } = page()
  const now = (): unknown => session.getCookieParams()[name as 'path']
  assert.equal(session.setCookieParams({ [name]: first }), true)
  assert.equal(now(), first)
  await session.start()
  assert.equal(session.setCookieParams({ [name]: second }), false)
  assert.equal(now(), first)
  await session.destroy()
  assert.equal(session.setCookieParams({ [name]: third }), true)
  assert.equal(now(), third)
  assert.deepEqual(said, [paramsActive])
}

test('session_set_cookie_params_variation1: lifetime', () => variation('lifetime', [3600, 1800, 1200]))
test('session_set_cookie_params_variation2: path', () => variation('path', ['/foo', '/bar', '/blah']))
test('session_set_cookie_params_variation3: domain', () => variation('domain', ['a.test', 'b.test', 'c.test']))
test('session_set_cookie_params_variation4: secure', () => variation('secure', [true, false, false]))
test('session_set_cookie_params_variation5: httponly', () => variation('httponly', [true, false, false]))
test('session_set_cookie_params_variation6: samesite', () => variation('samesite', ['Lax', 'Strict', 'None']))

test('session_set_cookie_params_variation7: unknown keys warn, none that is known is an error, others stay', () => {
  const { session, said } = page()
  assert.throws(() => session.setCookieParams({}), {
    code: 'ERR_ARGUMENT',
    message: /must contain at least 1 valid key/,
  })
  assert.throws(() => session.setCookieParams({ unknown_key: true }), { code: 'ERR_ARGUMENT' })
  assert.equal(session.setCookieParams({ path: '/foo', unknown_key: 1 }), true)
  assert.deepEqual(session.getCookieParams(), { ...paramsOf, path: '/foo' })
  const warning = 'Argument #1 ($lifetime_or_options) contains an unrecognized key "unknown_key"'
  assert.deepEqual(said, [warning, warning])
})

test('session_set_cookie_params_variation8: a negative lifetime is refused', () => {
  const { session, said } = page()
  assert.equal(session.setCookieParams(-1), false)
  assert.deepEqual([session.getCookieParams().lifetime, said], [0, ['CookieLifetime cannot be negative']])
})

test('session_module_name_basic: the name of the module', async () => {
  const { session } = page()
  assert.equal(session.moduleName('memory'), 'files')
  assert.equal(session.moduleName(), 'memory')
  await session.start()
  assert.equal(session.moduleName(), 'memory')
})

test('session_module_name_variation1: an unknown module is refused', () => {
  const { session, said } = page()
  assert.equal(session.moduleName('blah'), false)
  assert.deepEqual([session.moduleName(), said], ['files', ['Session handler module "blah" cannot be found']])
  assert.throws(() => session.moduleName('user'), { code: 'ERR_ARGUMENT', message: /cannot be "user"/ })
})

test('session_name_basic: the setter returns the name before, and the new one survives destroy', async () => {
  const { session } = page()
  assert.equal(session.name('blah'), 'PHPSESSID')
  await session.start()
  assert.equal(session.name(), 'blah')
  await session.destroy()
  assert.equal(session.name(), 'blah')
})

test('session_name_variation1: a tabulator and nothing are refused', () => {
  const { session, said } = page()
  assert.equal(session.name('\t'), 'PHPSESSID')
  assert.equal(session.name(''), 'PHPSESSID')
  assert.equal(session.name(), 'PHPSESSID')
  assert.deepEqual(said, [`session.name "\t" ${nameRule}`, `session.name "" ${nameRule}`])
})

test('session_name_variation2: the name of the configuration', async () => {
  const visited = page({ name: 'foo' })
  await visited.session.start()
  assert.equal(visited.session.name(), 'foo')
  assert.deepEqual(cookiesOf(visited), [`foo=${visited.session.id()}; path=/`])
})

test('session_name_variation_null_byte: a NUL in a name is an error', () => {
  const { session } = page()
  assert.throws(() => session.name('AB\0CD'), {
    code: 'ERR_ARGUMENT',
    message: 'session_name(): Argument #1 ($name) must not contain any null bytes',
  })
})

test('session_save_path_basic: the getter and the setter', async () => {
  const { session, folder } = page()
  assert.equal(session.savePath(), folder)
  assert.equal(session.savePath(`${folder}/`), folder)
  await session.start()
  assert.equal(session.savePath(), `${folder}/`)
  await session.destroy()
  assert.equal(session.savePath(), `${folder}/`)
})

test('session_save_path_variation1: it cannot be changed while active', async () => {
  const { session, folder, said } = page()
  await session.start()
  assert.equal(session.savePath('/blah'), false)
  assert.deepEqual(
    [session.savePath(), said],
    [folder, ['Session save path cannot be changed when a session is active']],
  )
})

test('session_save_path_variation2: where the folder is missing the start fails, and nothing is written', async () => {
  const { session, folder, said } = page()
  session.savePath(`${folder}/missing`)
  assert.equal(await session.start(), false)
  assert.equal(said.at(-1), `Failed to read session data: files (path: ${folder}/missing)`)
  assert.deepEqual(storedIn(folder), {})
})

test('session_save_path_variation3: the same by ini_set', async () => {
  const { session, folder } = page()
  assert.equal(session.iniSet('session.save_path', `${folder}/`), folder)
  await session.start()
  assert.equal(session.iniSet('session.save_path', '/blah'), false)
  assert.equal(session.savePath(), `${folder}/`)
  await session.writeClose()
  assert.throws(() => session.savePath('a\0b'), {
    code: 'ERR_ARGUMENT',
    message: /\(\$path\) must not contain any null bytes/,
  })
})

test('rfc1867_invalid_settings: a negative frequency is refused, and stays 1%', () => {
  const { session, said } = page({ 'upload_progress.freq': -1 })
  assert.equal(session.iniGet('session.upload_progress.freq'), '1%')
  assert.deepEqual(said, ['session.upload_progress.freq must be greater than or equal to 0'])
})

test('rfc1867_invalid_settings_2: a frequency of 200% is refused, and stays 1%', () => {
  const { session, said } = page({ 'upload_progress.freq': '200%' })
  assert.equal(session.iniGet('session.upload_progress.freq'), '1%')
  assert.deepEqual(said, ['session.upload_progress.freq must be less than or equal to 100%'])
})
