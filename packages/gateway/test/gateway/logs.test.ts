import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

it('writes requests in the formats of the real server, and never what proves who somebody is', async () => {
  await using app = await RecordingApp.start((_, response) => void response.setHeader('X-App', '1').end('four'))
  const formats = String.raw`
LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"" own
LogFormat "%m %U%q %H %{X-App}o %{c}C %{s}C %{Cookie}i %{Set-Cookie}o %{Authorization}i %{mode}e %{n}n %!200{Referer}i %%" fields
CustomLog ${'${ROOT}'}/own.log own
CustomLog ${'${ROOT}'}/fields.log fields
CustomLog ${'${ROOT}'}/posts.log "%m %p %T %D %I %O %X %k" "expr=%{REQUEST_METHOD} == 'POST'"
CustomLog ${'${ROOT}'}/quiet.log "%U" env=!quiet`
  await using site = await serveSite(`
ProxyPass / ${app.url}/
SetEnv mode test
Header note X-App n
Session On
SessionCookieName s path=/
${formats}
<Location /quiet>
SetEnv quiet 1
</Location>`)
  const visitor = site.visitor()
  const headers = {
    Cookie: 's=secret; c=plain',
    Authorization: 'Basic c2VjcmV0',
    Referer: '"a\\',
    'User-Agent': 'test',
  }
  await visitor.get('/a%20b?q=1', headers)
  await visitor.visit('/quiet', { method: 'POST', body: 'x' })
  assert.match(
    (await site.says('own.log', 'POST')).split('\n')[0] ?? '',
    /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET \/a%20b\?q=1 HTTP\/1\.1" 200 4 "\\"a\\\\" "test"$/,
  )
  assert.equal(
    (await site.says('fields.log', 'POST')).split('\n')[0],
    'GET /a b?q=1 HTTP/1.1 1 plain - - - - test 1 - %',
  )
  assert.match(await site.says('posts.log', '\n'), new RegExp(`^POST ${site.port} 0 \\d+ \\d+ \\d+ \\+ 1\n$`))
  assert.equal(await site.says('quiet.log', '\n'), '/a b\n')
})

it('writes a burst of errors of one kind, and then how many there were', async () => {
  await using site = await serveSite('DocumentRoot ${ROOT}')
  const visitor = site.visitor()
  for (let number = 0; number < 40; number += 1) await visitor.get(`/missing-${number}`)
  const lines = (await site.says('error.log', 'missing-19'))
    .split('\n')
    .filter((line) => line.includes('does not exist'))
  assert.ok(lines.length >= 20 && lines.length < 30, String(lines.length))
  await site.stop()
  assert.match(site.log(), /\[core:notice\] \[pid \d+\] \d+ similar lines were left out/)
})

it('shows what a client sent on one line', async () => {
  await using site = await serveSite('DocumentRoot ${ROOT}')
  await site.visitor().get('/%0a[core:emerg]%1b[31m')
  assert.match(await site.says('error.log', 'emerg'), /does not exist: \/\\n\[core:emerg\]\\x1b\[31m\n/)
})
