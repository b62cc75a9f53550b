import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'

describe('Vary', () => {
  it('names the headers that conditions have asked about, whatever came of them', async () => {
    await using app = await RecordingApp.start((_, response) => void response.setHeader('Vary', 'Accept').end('app'))
    await using site = await serveSite(
      `
ProxyPass /app ${app.url}/
DocumentRoot \${ROOT}/htdocs
<If "%{HTTP_USER_AGENT} =~ /Robot/">
Header set X-Robot yes
</If>
<Location /app/inner>
Header set X-Wide "yes" "expr=%{HTTP:Accept} == 'wide' || %{req_novary:X-Quiet} == 'x'"
</Location>
<Location /closed>
Require expr %{HTTP:X-Key} == 'right'
</Location>`,
      { files: { 'htdocs/index.html': 'index' } },
    )
    const visitor = site.visitor()
    const vary = async (path: string) => (await visitor.get(path)).headers['vary']
    assert.equal(await vary('/'), 'User-Agent')
    assert.equal(await vary('/app'), 'Accept, User-Agent')
    assert.equal(await vary('/app/inner'), 'Accept, User-Agent')
    assert.equal(await vary('/closed'), 'User-Agent, X-Key')
    assert.equal(await vary('/missing'), 'User-Agent')
  })

  it('says nothing where nothing was asked', async () => {
    await using site = await serveSite(
      'DocumentRoot ${ROOT}/htdocs\n<If "%{REQUEST_METHOD} == \'POST\'">\nHeader set A b\n</If>',
      {
        files: { 'htdocs/index.html': 'index' },
      },
    )
    assert.equal((await site.visitor().get('/')).headers['vary'], undefined)
  })
})

describe('variables', () => {
  it('tell the status of an answer to rules about it and to logs', async () => {
    await using app = await RecordingApp.start((_, response) => void response.writeHead(503).end())
    await using site = await serveSite(`
ProxyPass /app ${app.url}/
DocumentRoot \${ROOT}
Header always set X-Status "expr=%{REQUEST_STATUS}"
CustomLog \${ROOT}/failures.log "%>s %U" "expr=%{REQUEST_STATUS} -ge 500"`)
    const visitor = site.visitor()
    const status = async (path: string) => (await visitor.get(path)).headers['x-status']
    assert.deepEqual([await status('/missing'), await status('/app')], ['404', '503'])
    assert.equal(await site.says('failures.log', '\n'), '503 /app\n')
  })

  it('come from the named groups of sections', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(
      `
ProxyPass /app ${app.url}/
DocumentRoot \${ROOT}/htdocs
<LocationMatch "^/(?<where>app|files)/(?<Name>[^/]+)">
RequestHeader set X-Match "%{MATCH_WHERE}e %{MATCH_NAME}e"
</LocationMatch>
<DirectoryMatch "/htdocs/files/(?P<folder>[^/]+)">
Header set X-Folder "%{MATCH_FOLDER}e"
</DirectoryMatch>
<FilesMatch "^(?<stem>.+)\\.txt$">
Header set X-Stem "%{MATCH_STEM}e"
</FilesMatch>
<If "reqenv('MATCH_NAME') == 'one'">
Header set X-One yes
</If>`,
      { files: { 'htdocs/files/one/note.txt': 'note' } },
    )
    const visitor = site.visitor()
    await visitor.get('/app/shop/x')
    assert.equal(app.last.headers['x-match'], 'app shop')
    const { headers } = await visitor.get('/files/one/note.txt')
    assert.deepEqual([headers['x-folder'], headers['x-stem'], headers['x-one']], ['one', 'note', 'yes'])
  })

  it('follow from one another, by headers and by conditions', async () => {
    await using app = await RecordingApp.start()
    await using site = await serveSite(`
ProxyPass / ${app.url}/
SetEnvIf ^X-Color.* "^(.)(.*)$" swapped=$2$1
SetEnvIfExpr "%{REQUEST_URI} =~ m#^/(\\w+)/(\\w+)#" path=$2-$1 !absent
SetEnvIfExpr "reqenv('swapped') == 'edr'" red
<If "reqenv('red') == '1'">
Header set X-Is-Red yes
</If>
RequestHeader set X-Env "%{swapped}e %{path}e %{red}e"
RequestHeader set X-Color blue
Header set X-Color-Was "expr=%{req_novary:X-Color}"`)
    const { headers } = await site.visitor().get('/a/b', { 'X-Color-Name': 'red', 'X-Color': 'green' })
    assert.equal(app.last.headers['x-env'], 'reeng b-a (null)')
    assert.equal(headers['x-color-was'], 'blue')
    const red = await site.visitor().get('/a/b', { 'X-Color': 'red' })
    assert.deepEqual([headers['x-is-red'], red.headers['x-is-red']], [undefined, 'yes'])
    assert.equal(app.last.headers['x-env'], 'edr b-a 1')
  })
})
