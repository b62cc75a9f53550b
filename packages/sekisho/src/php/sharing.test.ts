import assert from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { beforeEach, test } from 'node:test'
import koffi from 'koffi'
import { defineSession, KeyRing } from 'sekisho'
import { iniView } from '../../test/php/ini-view.ts'
import { php } from '../../test/php/php-script.ts'
import { defined, idIn, SharedSite, visit, type Data } from '../../test/php/shared-site.ts'
import { files, koffiFlock, phpFileRows } from './files-node.ts'
import { sharedWithPhp, type PhpSharingOptions } from './sharing.ts'

let site: SharedSite
beforeEach(() => {
  site = new SharedSite()
})

test('what PHP has put into a session is data here, and the other way round', async () => {
  site.php('abc', '$_SESSION["cart"] = ["tea"]; $_SESSION["n"] = 1.0; $_SESSION["user"] = ["name" => "Hana"];')
  const sessions = site.sessions()
  await visit(sessions, 'abc', ({ data }) => {
    assert.deepEqual({ ...data }, { cart: ['tea'], n: 1, user: { name: 'Hana' } })
    data.cart?.push('coffee')
  })
  assert.equal(
    site.php('abc', 'echo json_encode($_SESSION["cart"]), gettype($_SESSION["n"]);'),
    '["tea","coffee"]double',
  )
})

test('what JSON does not hold is PHP’s alone, and stays', async () => {
  site.php(
    'abc',
    '$_SESSION["when"] = new DateTimeImmutable("2026-01-01"); $_SESSION["raw"] = "\\xff"; $_SESSION["n"] = 1;',
  )
  await visit(site.sessions(), 'abc', ({ data }) => {
    assert.deepEqual(Object.keys(data), ['n'])
    data.n = 2
  })
  const says = site.php('abc', 'echo $_SESSION["when"]->format("Y"), bin2hex($_SESSION["raw"]), $_SESSION["n"];')
  assert.equal(says, '2026ff2')
})

test('two variables that share a reference in PHP still do', async () => {
  site.php('abc', '$_SESSION["a"] = 1; $_SESSION["b"] = &$_SESSION["a"]; $_SESSION["n"] = 0;')
  await visit(site.sessions(), 'abc', ({ data }) => {
    data.n = 1
  })
  assert.equal(site.php('abc', '$_SESSION["a"] = 7; echo $_SESSION["b"];'), '7')
})

test('a session that begins here has an id as PHP makes them, in PHP’s cookie, and PHP finds it', async () => {
  const { cookie } = await visit(site.sessions(), undefined, ({ data }) => {
    data.cart = ['tea']
  })
  const id = idIn(cookie)
  assert.match(cookie ?? '', /^PHPSESSID=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Lax$/)
  assert.equal(site.php(id, 'echo $_SESSION["cart"][0];'), 'tea')
})

test('a visitor who stores nothing costs no file and gets no cookie', async () => {
  const { cookie } = await visit(site.sessions(), undefined, ({ data }) => assert.equal(data.n, undefined))
  assert.deepEqual([cookie, readdirSync(site.directory)], [undefined, []])
})

test('data that PHP could not read is refused before it is stored', async () => {
  const options = { ...site.sharing(), encryption: { keyRing: new KeyRing(['k'.repeat(43)]) } }
  const sessions = defineSession<Data>({ name: 'shop', ...options })
  const storing = visit(sessions, undefined, ({ data }) => {
    data.n = 1
  })
  await assert.rejects(storing, (error: Error) => /no `encryption`/.test(String(error.cause)))
  assert.deepEqual(readdirSync(site.directory), [])
})

test('two requests that change different variables both keep theirs, and so does PHP between them', async () => {
  site.php('abc', '$_SESSION["cart"] = ["tea"]; $_SESSION["n"] = 1;')
  const sessions = site.sessions()
  await visit(sessions, 'abc', async ({ data }) => {
    data.n = 2
    await visit(site.sessions(), 'abc', (other) => {
      other.data.cart = ['tea', 'ink']
    })
    site.php('abc', '$_SESSION["php"] = true;')
  })
  assert.equal(
    site.php('abc', 'unset($_SESSION["sekisho"]); echo json_encode($_SESSION);'),
    '{"cart":["tea","ink"],"n":2,"php":true}',
  )
})

test('what PHP puts back as it was can be written again', async () => {
  site.php('abc', '$_SESSION["n"] = 1;')
  const sessions = site.sessions()
  const write = (n: number) =>
    visit(sessions, 'abc', ({ data }) => {
      data.n = n
    })
  await write(2)
  const second = readFileSync(site.file('abc'))
  await write(3)
  writeFileSync(site.file('abc'), second)
  await write(4)
  assert.equal(site.php('abc', 'echo $_SESSION["n"];'), '4')
})

test('a session that PHP has begun and not written yet can be read, and is written when PHP is done', async () => {
  writeFileSync(site.file('abc'), '', { mode: 0o600 })
  const page = files({ flock: koffiFlock(koffi) }).create(iniView())
  await page.open(site.directory, 'PHPSESSID')
  await page.read('abc')
  await visit(site.sessions(), 'abc', async ({ data, meta }) => {
    assert.notEqual(meta.address, undefined)
    data.n = 1
    await page.write('abc', Buffer.from('php|b:1;'))
    await page.close()
  })
  assert.equal(site.php('abc', 'echo $_SESSION["n"], $_SESSION["php"] ? "both" : "";'), '1both')
})

test('a session that is older than PHP’s lifetime is none, and the sweep removes it', async () => {
  site.php('abc', '$_SESSION["n"] = 1;')
  const old = Date.now() / 1000 - 2000
  utimesSync(site.file('abc'), old, old)
  const sharing = site.sharing()
  assert.equal((await visit(defined(sharing), 'abc', ({ meta }) => meta.address)).result, undefined)
  assert.equal(await sharing.store.sweep(10), 1)
  assert.deepEqual(readdirSync(site.directory), [])
})

test('a directory that is not there is an outage, and makes nobody a visitor without a session', async () => {
  site.php('abc', '$_SESSION["n"] = 1;')
  const sessions = site.sessions()
  renameSync(site.directory, `${site.directory}-away`)
  try {
    const outage = { code: 'ERR_STORE_SETUP', status: 503, message: /the directory of PHP's sessions cannot be used/ }
    await assert.rejects(
      visit(sessions, 'abc', ({ data }) => data.n),
      outage,
    )
  } finally {
    renameSync(`${site.directory}-away`, site.directory)
  }
  assert.equal((await visit(sessions, 'abc', ({ data }) => data.n)).result, 1)
})

test('data that PHP could not read is left as it is', async () => {
  writeFileSync(site.file('abc'), 'no format at all')
  assert.equal((await visit(site.sessions(), 'abc', ({ meta }) => meta.address)).result, undefined)
  assert.equal(readFileSync(site.file('abc'), 'utf8'), 'no format at all')
})

test('keys that PHP cannot have, and those of the sharing itself, are refused where they are set', async () => {
  const set = (key: string, options?: Partial<PhpSharingOptions>) =>
    visit(site.sessions(options), undefined, ({ data }) => {
      data[key] = 1
    })
  await assert.rejects(set('sekisho'), { code: 'ERR_VALUE', message: /kept by the sharing/ })
  await assert.rejects(set('user', { principal: 'user' }), { code: 'ERR_VALUE', message: /log in and out/ })
  await assert.rejects(set('5'), { code: 'ERR_VALUE', message: /whole number/ })
  await assert.rejects(set('a|b'), { code: 'ERR_VALUE', message: /contains `\|`/ })
  await set('a|b', { format: 'php_serialize' })
})

test('every format is PHP’s own', async () => {
  for (const format of ['php', 'php_binary', 'php_serialize'] as const) {
    const { cookie } = await visit(site.sessions({ format }), undefined, ({ data }) => {
      data.n = 3
    })
    const ini = { 'session.save_path': site.directory, 'session.serialize_handler': format }
    assert.equal(php(ini, idIn(cookie), 'session_start(); echo $_SESSION["n"];'), '3', format)
  }
})

test('options that cannot be are refused with what they take', () => {
  const rows = phpFileRows({ savePath: site.directory, flock: koffiFlock(koffi) })
  assert.throws(() => sharedWithPhp({} as PhpSharingOptions), { code: 'ERR_OPTION', message: /`rows`/ })
  assert.throws(() => sharedWithPhp({ rows, principal: 'sekisho' }), { code: 'ERR_OPTION', message: /principal/ })
  assert.throws(() => sharedWithPhp({ rows, variable: 'a|b' }), { code: 'ERR_OPTION', message: /variable/ })
  assert.throws(() => phpFileRows({ savePath: '', flock: koffiFlock(koffi) }), { code: 'ERR_OPTION' })
  assert.throws(() => phpFileRows({ savePath: '1;77777;/x', flock: koffiFlock(koffi) }), {
    code: 'ERR_OPTION',
    message: /octal mode/,
  })
})
