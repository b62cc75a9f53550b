import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { RecordingApp } from './app.ts'
import { freePort, serveSite } from './harness.ts'

let folder = ''
/** Certificates for `one.test` and `two.test`, with their keys. */
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-certificates-'))
  for (const name of ['one', 'two']) {
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const names = [
      '-subj',
      `/CN=${name}.test`,
      '-keyout',
      join(folder, `${name}.key`),
      '-out',
      join(folder, `${name}.crt`),
    ]
    const { status, stderr } = spawnSync('openssl', ['req', ...kind, ...names], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
})
after(() => rmSync(folder, { recursive: true }))

const certificate = (name: string) => `
SSLEngine on
SSLCertificateFile ${join(folder, name)}.crt
SSLCertificateKeyFile ${join(folder, name)}.key`

describe('virtual hosts', () => {
  it('are chosen by name, the first one for names that nobody has, with settings of their own', async () => {
    const host = (name: string, lines: string) =>
      `<VirtualHost *:\${PORT}>\nServerName ${name}\nDocumentRoot \${ROOT}/${name}\n${lines}\n</VirtualHost>\n`
    const text =
      host('one.test', 'Header set X-Host one') +
      host('two.test', 'ServerAlias *.two.test\nCustomLog ${ROOT}/two.log "%v %U"')
    const files = { 'one.test/index.html': 'one', 'two.test/index.html': 'two' }
    await using site = await serveSite(text, { files })
    const said = async (name: string) => {
      const { text: body, headers } = await site.visitor({ host: name }).get('/')
      return [body, headers['x-host']]
    }
    assert.deepEqual(await said('one.test:80'), ['one', 'one'])
    assert.deepEqual(await said('WWW.two.test.'), ['two', undefined])
    assert.deepEqual(await said('nobody.test'), ['one', 'one'])
    assert.equal(await site.says('two.log', '\n'), 'two.test /\n')
  })
})

describe('TLS', () => {
  it('shows the certificate of the name that was asked for, and marks cookies and requests as secure', async () => {
    await using app = await RecordingApp.start()
    const host = (name: string) => `
<VirtualHost 127.0.0.1:\${PORT}>
ServerName ${name}.test
${certificate(name)}
ProxyPass / ${app.url}/
Session On
SessionStore file
SessionStoreFileName \${ROOT}/s/%{SESSIONID}
RequestHeader set X-Tls "%{SSL_PROTOCOL}s"
</VirtualHost>`
    await using site = await serveSite(`${host('one')}${host('two')}`, { files: { 's/.keep': '' } })
    assert.equal(await commonName(site.port, 'two.test'), 'two.test')
    assert.equal(await commonName(site.port, 'nobody.test'), 'one.test')
    assert.equal(await commonName(site.port, undefined), 'one.test')
    const answer = await site.visitor({ url: `https://127.0.0.1:${site.port}`, host: 'one.test' }).get('/')
    assert.match(answer.setCookies.join(), /; Secure$/)
    assert.deepEqual([app.last.headers['x-forwarded-proto'], app.last.headers['x-tls']], ['https', 'TLSv1.3'])
  })

  it('speaks HTTP/2, with sessions, several cookies in one answer, and forms, and ends it gently', async () => {
    await using app = await RecordingApp.start(async ({ body, url }, response) => {
      if (url === '/slow') await new Promise((resolve) => setTimeout(resolve, 300))
      response.setHeader('Set-Cookie', ['theirs=1', 'more=2'])
      response.setHeader('X-S', `got=${body}`)
      response.end('page')
    })
    const text = `${certificate('one')}\nProxyPass /app ${app.url}\nDocumentRoot \${ROOT}/htdocs
Session On\nSessionCookieName s path=/\nSessionHeader X-S\nSessionCompat apache`
    await using site = await serveSite(text, { files: { 'htdocs/a.txt': 'file' } })
    const session = connectHttp2(`https://localhost:${site.port}`, { rejectUnauthorized: false })
    const ask = async (headers: Record<string, string>, body?: string) => {
      const stream = session.request(headers)
      stream.end(body)
      const [answer] = (await once(stream, 'response')) as [Record<string, string | string[]>]
      let read = ''
      for await (const part of stream.setEncoding('utf8') as AsyncIterable<string>) read += part
      return { answer, text: read }
    }
    const posted = await ask({ ':path': '/app/x?y', ':method': 'POST', cookie: 'a=1' }, 'data')
    assert.deepEqual([posted.answer[':status'], posted.text], [200, 'page'])
    assert.deepEqual(posted.answer['set-cookie'], ['s=got=data;path=/', 'theirs=1', 'more=2'])
    const { url, headers: told } = app.last
    assert.deepEqual(
      [url, told['x-forwarded-host'], told['x-forwarded-proto'], told['x-forwarded-for']],
      ['/x?y', `localhost:${site.port}`, 'https', '127.0.0.1'],
    )
    assert.equal((await ask({ ':path': '/a.txt' })).text, 'file')
    assert.equal((await ask({ ':path': '/missing' })).answer[':status'], 404)
    const [slow, closed] = [ask({ ':path': '/app/slow' }), once(session, 'close')]
    while (app.last.url !== '/slow') await new Promise((resolve) => setTimeout(resolve, 5))
    const kept = site.visitor({ url: `https://127.0.0.1:${site.port}` })
    assert.equal((await kept.get('/a.txt')).headers['connection'], 'keep-alive')
    const asked = performance.now()
    await site.stop()
    assert.deepEqual([(await slow).text, performance.now() - asked < 4000], ['page', true])
    await closed
  })
})

describe('a configuration', () => {
  it('listens wherever it says', async () => {
    const [second, third] = [await freePort(), await freePort()]
    const text = `Listen 127.0.0.1:\${PORT}\nListen 127.0.0.1:${second}\nListen 127.0.0.1:${third} https
DocumentRoot \${ROOT}/htdocs\n<VirtualHost *:${third}>${certificate('two')}\n</VirtualHost>`
    await using site = await serveSite(text, { files: { 'htdocs/index.html': 'home' } })
    for (const url of [site.url, `http://127.0.0.1:${second}`, `https://127.0.0.1:${third}`])
      assert.equal((await site.visitor({ url }).get('/')).text, 'home')
  })

  it('that cannot be served is refused with the place, what was expected and what mends it', async () => {
    const refused = (text: string) =>
      serveSite(text).then(
        async (site) => site[Symbol.asyncDispose](),
        (error: Error) => error.message,
      )
    assert.match((await refused('Sesion On')) ?? '', /site\.conf:1:1: error: Invalid command 'Sesion'[^]*fix: /)
    assert.match(
      (await refused('ProxyPass / http://a:b@c/')) ?? '',
      /site\.conf:1:1: error: .*without user and password/,
    )
    assert.match((await refused('CustomLog /nowhere/access.log common')) ?? '', /could not open the log file \/nowhere/)
    const tls = 'SSLEngine on\nSSLCertificateFile /nowhere\nSSLCertificateKeyFile /nowhere'
    assert.match((await refused(tls)) ?? '', /site\.conf:2:1: error: The certificate or its key cannot be used/)
    const port = await freePort()
    await using busy = await serveSite(`Listen 127.0.0.1:${port}`)
    assert.match(
      (await refused(`Listen 127.0.0.1:${port}`)) ?? '',
      /could not bind to address 127\.0\.0\.1:\d+[^]*fix: end the program/,
    )
    await busy.says('error.log', 'serves')
  })
})

async function commonName(port: number, servername: string | undefined): Promise<string> {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...(servername !== undefined && { servername }),
  })
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return String(subject.CN)
}
