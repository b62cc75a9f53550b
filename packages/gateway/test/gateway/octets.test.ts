import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

it('passes on a path that is no UTF-8, octet by octet, and shows it in logs', async () => {
  await using app = await RecordingApp.start()
  await using site = await serveSite(`
ProxyPass /app/ ${app.url}/
ProxyPassMatch ^/m/(.*)$ ${app.url}/match/$1
RequestHeader set X-Path "expr=%{REQUEST_URI}"
RequestHeader set X-Base64 "expr=%{base64:%{REQUEST_URI}}"
CustomLog \${ROOT}/access.log "%U"
<LocationMatch "/caf[^/]{1,2}$">
Header set X-Cafe yes
</LocationMatch>`)
  const visitor = site.visitor()
  const { status, headers } = await visitor.get('/app/caf%E9')
  assert.deepEqual([status, headers['x-cafe'], app.last.url], [200, 'yes', '/caf%E9'])
  assert.equal(app.last.headers['x-path'], '/app/caf\u00e9')
  assert.equal(Buffer.from(String(app.last.headers['x-base64']), 'base64').toString('latin1'), '/app/caf\u00e9')
  await visitor.get('/m/%E3%81%82%ff?%fe')
  assert.deepEqual(
    [app.last.url, app.last.headers['x-path']],
    ['/match/%E3%81%82%FF?%fe', '/m/\u00e3\u0081\u0082\u00ff'],
  )
  assert.equal(await site.says('access.log', '/m/'), '/app/caf\\xe9\n/m/あ\\xff\n')
})

it('answers with a file whose name is no UTF-8, and leads into a folder of such a name', async () => {
  await using site = await serveSite(
    `DocumentRoot \${ROOT}/htdocs\nRedirect /old https://elsewhere.example/new\n<Files "*.txt">\nHeader set X-Text yes\n</Files>`,
    { files: { 'htdocs/index.html': 'index' } },
  )
  const name = Buffer.from(join(site.root, 'htdocs', 'caf'))
  writeFileSync(Buffer.concat([name, Buffer.from([0xe9]), Buffer.from('.txt')]), 'latin')
  const visitor = site.visitor()
  const answer = await visitor.get('/caf%e9.txt')
  assert.deepEqual([answer.status, answer.text, answer.headers['x-text']], [200, 'latin', 'yes'])
  assert.equal((await visitor.get('/caf%ea.txt')).status, 404)
  await site.says('error.log', 'does not exist: /caf\\xea.txt')
  assert.equal((await visitor.get('/old/%e9')).headers['location'], 'https://elsewhere.example/new/%e9')
})

it('refuses what could mean two things: an escaped slash, an escaped NUL, half an escape', async () => {
  await using site = await serveSite('DocumentRoot ${ROOT}')
  const visitor = site.visitor()
  const statuses = ['/a%2fb', '/a%00', '/a%0', '/%', '/%c0%af'].map(async (path) => (await visitor.get(path)).status)
  assert.deepEqual(await Promise.all(statuses), [404, 400, 400, 400, 404])
})
