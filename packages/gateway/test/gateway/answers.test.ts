import assert from 'node:assert/strict'
import { symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

describe('a DocumentRoot', () => {
  const files = {
    'htdocs/index.html': '<h1>home</h1>',
    'htdocs/a.txt': '0123456789',
    'htdocs/dir/index.html': 'index',
    'htdocs/large.bin': 'abcdefgh'.repeat(40_000),
    'htdocs/empty/.keep': '',
    'htdocs/日本.txt': 'ja',
    'htdocs/.htpasswd': 'alice:x',
    'htdocs/.git/config': 'secret',
    'htdocs/.well-known/security.txt': 'well known',
    'outside.txt': 'outside',
  }
  const serve = (lines = '') => serveSite(`DocumentRoot \${ROOT}/htdocs\n${lines}`, { files })

  it('gives files with their types, and an index for a directory', async () => {
    await using site = await serve()
    const visitor = site.visitor()
    const home = await visitor.get('/')
    assert.deepEqual([home.status, home.text, home.headers['content-type']], [200, '<h1>home</h1>', 'text/html'])
    assert.equal((await visitor.get('/%E6%97%A5%E6%9C%AC.txt')).text, 'ja')
    assert.equal((await visitor.get('/.well-known/security.txt')).text, 'well known')
    const without = await visitor.get('/dir?a=b')
    assert.deepEqual([without.status, without.headers['location']], [301, '/dir/?a=b'])
    const statuses = ['/dir/', '/empty/', '/missing', '/a.txt/more', '/dir/index.html'].map(
      async (path) => (await visitor.get(path)).status,
    )
    assert.deepEqual(await Promise.all(statuses), [200, 403, 404, 404, 200])
  })

  it('gives parts, and nothing to who has it already', async () => {
    await using site = await serve()
    const past = new Date('2026-01-02T03:04:05Z')
    utimesSync(join(site.root, 'htdocs/a.txt'), past, past)
    const visitor = site.visitor()
    const whole = await visitor.get('/a.txt')
    const { etag = '', 'last-modified': time = '' } = whole.headers
    assert.deepEqual([etag, time], ['"a-6475ef64cf340"', 'Fri, 02 Jan 2026 03:04:05 GMT'])
    const part = await visitor.get('/a.txt', { Range: 'bytes=2-4', 'If-Range': etag })
    assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, '234', 'bytes 2-4/10'])
    assert.equal((await visitor.get('/a.txt', { Range: 'bytes=-3' })).text, '789')
    assert.equal((await visitor.get('/a.txt', { Range: 'bytes=2-4', 'If-Range': '"other"' })).status, 200)
    assert.equal((await visitor.get('/a.txt', { Range: 'bytes=10-' })).status, 416)
    const same = await visitor.get('/a.txt', { 'If-None-Match': `"x", W/${etag}` })
    assert.deepEqual([same.status, same.text, same.headers['etag']], [304, '', etag])
    assert.equal((await visitor.get('/a.txt', { 'If-Modified-Since': time })).status, 304)
    assert.equal((await visitor.get('/a.txt', { 'If-Match': '"x"' })).status, 412)
    const head = await visitor.visit('/a.txt', { method: 'HEAD' })
    assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', '10'])
    const large = await visitor.get('/large.bin')
    assert.deepEqual([large.status, large.text.length], [200, 320_000])
    assert.equal((await visitor.get('/large.bin', { Range: 'bytes=100001-300000' })).text.slice(-3), 'gha')
    const put = await visitor.visit('/a.txt', { method: 'PUT', body: 'x' })
    assert.deepEqual([put.status, put.headers['allow']], [405, 'GET,HEAD,POST,OPTIONS'])
  })

  it('gives nothing from outside of it, and nothing hidden', async () => {
    await using site = await serve()
    symlinkSync(join(site.root, 'outside.txt'), join(site.root, 'htdocs/link.txt'))
    symlinkSync('a.txt', join(site.root, 'htdocs/inside.txt'))
    const visitor = site.visitor()
    const paths = ['/link.txt', '/.htpasswd', '/.git/config', '/.nothing', '/%2e%2e/outside.txt', '/..%2foutside.txt']
    const statuses = paths.map(async (path) => (await visitor.get(path)).status)
    assert.deepEqual(await Promise.all(statuses), [403, 403, 403, 403, 400, 404])
    assert.equal((await visitor.get('/inside.txt')).text, '0123456789')
    assert.match(
      await site.raw('GET /../outside.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1.1 400 /,
    )
  })

  it('reads .htaccess where that is permitted', async () => {
    const text =
      'DocumentRoot ${ROOT}/htdocs\n<Directory ${ROOT}/htdocs>\nAllowOverride FileInfo AuthConfig\n</Directory>'
    const inside = {
      'htdocs/in/.htaccess': 'Header set X-In 1\nSession On\nSessionCookieName h path=/in\nSessionMaxAge 60',
    }
    await using site = await serveSite(text, { files: { ...files, ...inside, 'htdocs/in/a.txt': 'a' } })
    const [within, beside] = await Promise.all(['/in/a.txt', '/a.txt'].map((path) => site.visitor().get(path)))
    assert.deepEqual([within?.headers['x-in'], beside?.headers['x-in']], ['1', undefined])
    assert.match(within?.setCookies.join() ?? '', /^h=expiry=\d+;Max-Age=60;path=\/in$/)
  })
})

describe('Header', () => {
  it('sets, adds, edits and removes, after the app, and on errors only with always', async () => {
    await using app = await RecordingApp.start((_, response) => {
      response.setHeader('X-A', 'one')
      response.setHeader('X-B', ['b=1', 'b=2'])
      response.setHeader('X-Gone', 'x')
      response.setHeader('X-List', 'a, b')
      response.end()
    })
    await using site = await serveSite(`
ProxyPass /app ${app.url}/
SetEnv mode test
Header set X-A "%{mode}e/%{nothing}e 100%%"
Header edit* X-B "b=(\\d)" "c$1$1"
Header unset X-Gone
Header append X-List c
Header merge X-List b
Header setifempty X-A no
Header setifempty X-New yes
Header add X-Env set env=mode
Header add X-Env unset env=!mode
Header add X-Expr post "expr=%{REQUEST_METHOD} == 'POST'"
Header set X-Value "expr=%{tolower:%{HTTP_HOST}}"
Header echo ^X-Echo
Header always set X-Always 1
Redirect /moved /app`)
    const visitor = site.visitor()
    const answer = await visitor.get('/app', { 'X-Echo-This': 'back', Host: 'HOST' })
    const names = ['x-a', 'x-b', 'x-gone', 'x-list', 'x-new', 'x-env', 'x-expr', 'x-value', 'x-echo-this', 'x-always']
    assert.deepEqual(
      names.map((name) => answer.headers[name]),
      ['test/(null) 100%', 'c11, c22', undefined, 'a, b, c', 'yes', 'set', undefined, 'host', 'back', '1'],
    )
    const moved = await visitor.get('/moved?q')
    assert.deepEqual(
      [moved.status, moved.headers['location'], moved.headers['x-always'], moved.headers['x-new']],
      [302, '/app?q', '1', undefined],
    )
  })

  it('of requests comes last, when the session is known', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`
ProxyPass / ${app.url}/
Session On
SessionEnv On
SessionCookieName s path=/
RequestHeader set X-Sess "%{HTTP_SESSION}e"
RequestHeader unset X-Drop
RequestHeader set X-Forwarded-Proto https
RequestHeader edit X-Edit ^a b`)
    await site.visitor().get('/', { Cookie: 's=a=1', 'X-Drop': '1', 'X-Edit': 'aa' })
    const { headers } = app.last
    assert.deepEqual(
      [headers['x-sess'], headers['x-drop'], headers['x-forwarded-proto'], headers['x-edit']],
      ['a=1', undefined, 'https', 'ba'],
    )
  })
})

describe('Redirect', () => {
  it('takes the rest of the path and the query along', async () => {
    await using site = await serveSite(`
Redirect permanent /old https://example.org/new
RedirectMatch 303 ^/m/(.*)\\.jpg$ /images/$1.png
Redirect gone /gone
<Location /here>
Redirect 307 "https://%{HTTP_HOST}/there"
</Location>`)
    const visitor = site.visitor()
    const at = async (path: string) => {
      const { status, headers } = await visitor.get(path, { Host: 'me' })
      return [status, headers['location']]
    }
    assert.deepEqual(await at('/old/a%20b?q=1'), [301, 'https://example.org/new/a%20b?q=1'])
    assert.deepEqual(await at('/older'), [404, undefined])
    assert.deepEqual(await at('/m/x%20y.jpg'), [303, '/images/x%20y.png'])
    assert.deepEqual(await at('/gone/x'), [410, undefined])
    assert.deepEqual(await at('/here/x?y'), [307, 'https://me/there?y'])
  })
})

describe('ErrorDocument', () => {
  it('is a text, a page, or another site; and what fails besides is told without a word about what is behind', async () => {
    const text = `
DocumentRoot \${ROOT}/htdocs
ErrorDocument 404 /not-found.html
ErrorDocument 403 "No, %{REQUEST_URI}"
ErrorDocument 410 https://example.org/gone
ErrorDocument 405 /also-missing.html
Redirect gone /gone
<Location /closed>
Require all denied
</Location>`
    await using site = await serveSite(text, { files: { 'htdocs/not-found.html': 'not found', 'htdocs/a.txt': 'a' } })
    const visitor = site.visitor()
    const missing = await visitor.get('/missing')
    assert.deepEqual([missing.status, missing.text, missing.headers['content-type']], [404, 'not found', 'text/html'])
    const closed = await visitor.get('/closed/x')
    assert.deepEqual([closed.status, closed.text], [403, 'No, /closed/x'])
    const gone = await visitor.get('/gone')
    assert.deepEqual([gone.status, gone.headers['location']], [302, 'https://example.org/gone'])
    const put = await visitor.visit('/a.txt', { method: 'PUT', body: '' })
    assert.equal(put.status, 405)
    assert.match(put.text, /Method Not Allowed[^]*404 Not Found/)
  })

  it('keeps its status where the page is the index of a directory', async () => {
    const text = 'DocumentRoot ${ROOT}/htdocs\nErrorDocument 404 /errors/'
    await using site = await serveSite(text, { files: { 'htdocs/errors/index.html': 'the index' } })
    const answer = await site.visitor().get('/missing')
    assert.deepEqual([answer.status, answer.text], [404, 'the index'])
  })

  it('is the page of an app, with the status of the error', async () => {
    await using app = await RecordingApp.start(({ url, method }, response) => void response.end(`${method} ${url}`))
    await using site = await serveSite(`ProxyPass /error ${app.url}/error\nErrorDocument 404 /error?of=404`)
    const answer = await site.visitor().visit('/missing', { method: 'POST', body: 'form' })
    assert.deepEqual([answer.status, answer.text, app.last.body], [404, 'GET /error?of=404', ''])
  })
})

describe('an app that does not answer', () => {
  it('is told by a status, and not by an address', async () => {
    await using site = await serveSite('ProxyPass / http://127.0.0.1:1/')
    const answer = await site.visitor().get('/')
    assert.equal(answer.status, 503)
    assert.doesNotMatch(JSON.stringify(answer), /127\.0\.0\.1:1\b|ECONNREFUSED/)
    assert.match(
      await site.says('error.log', 'proxy:error'),
      /\[proxy:error\] \[pid \d+\] \[client 127\.0\.0\.1:\d+\] GET \/: the app at http:\/\/127\.0\.0\.1:1\//,
    )
  })
})
