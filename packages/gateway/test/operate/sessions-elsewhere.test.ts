import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { documentStatements, sqliteDatabase } from '../session/databases.ts'
import { BusySite } from './busy-site.ts'

const basic = (user: string) => ({ Authorization: `Basic ${Buffer.from(`${user}:${user}${user}`).toString('base64')}` })

test('says of sessions in cookies that nothing is kept, and what ends them', async () => {
  await using busy = await BusySite.serve(
    'SessionStore cookie\nSessionCookieName sid path=/\nSessionCryptoPassphrase abcdefgh12345678',
  )
  const visitor = await busy.user('alice')
  const listed = await busy.run(['sessions', 'list'])
  assert.deepEqual([listed.code, listed.stdout], [0, ''])
  assert.match(
    listed.stderr,
    /site\.conf:\d+\): sessions are kept in the cookies of the visitors.*SessionCryptoPassphrase changes/,
  )
  const revoked = await busy.run(['sessions', 'revoke-all'], ['--everybody', '--yes'])
  assert.match(revoked.stderr, /cookies of the visitors/)
  assert.equal((await visitor.get('/')).text, 'alice')
  const shown = await busy.run(['sessions', 'show'], ['0'.repeat(64)])
  assert.equal(shown.code, 1)
  assert.match(shown.stderr, /cookies of the visitors[^]*No live session has this handle/)
})

test('says of sessions in memory that only the gateway sees them', async () => {
  await using busy = await BusySite.serve('SessionStore memory')
  await busy.guest('tea')
  const listed = await busy.run(['sessions', 'list'], ['--json'])
  const { elsewhere, sessions } = JSON.parse(listed.stdout)
  assert.deepEqual([sessions, elsewhere[0].kind, elsewhere[0].line > 0], [[], 'memory', true])
  assert.match((await busy.run(['gc'])).stderr, /in the memory of the running gateway/)
})

test('makes nothing where no gateway has kept anything yet', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  const { root } = busy.site
  await busy.site.stop()
  rmSync(join(root, 'state'), { recursive: true })
  const listed = await busy.run(['sessions', 'list'])
  assert.match(listed.stderr, /nothing is kept there yet: .*state\/sessions does not exist/)
  assert.throws(() => busy.site.read('state'), { code: 'ENOENT' })
})

test('finds the one session that SessionDBDPerUser keeps for a user, by his name', async (t) => {
  const { directives } = await sqliteDatabase(t)
  const lines = `SessionStore dbd\n${directives}\nSessionDBDPerUser On\nSessionCryptoPassphrase abcdefgh12345678`
  const last = `
<Location /own>
AuthType Basic
AuthName own
AuthBasicProvider file
AuthUserFile \${ROOT}/users
Require valid-user
</Location>`
  await using busy = await BusySite.serve(lines, {}, last)
  const visitor = busy.site.visitor()
  assert.equal((await visitor.get('/own?cart=tea', basic('alice'))).status, 200)
  await visitor.get('/own?cart=coffee', basic('bob'))
  const listed = await busy.run(['sessions', 'list'], ['--user', 'alice', '--json'])
  const [session] = JSON.parse(listed.stdout).sessions
  assert.deepEqual([session.user, session.perUser], ['alice', true])
  const shown = await busy.run(['sessions', 'show'], [session.handle, '--values'])
  assert.match(shown.stdout, /cart\t3 B\ttea/)
  assert.match((await busy.run(['sessions', 'list'])).stdout, /\(one per user\)/)
  assert.equal((await busy.run(['sessions', 'revoke-all'], ['--user', 'alice', '--yes'])).stdout, 'ended 1 session\n')
  const left = JSON.parse((await busy.run(['sessions', 'list'], ['--json'])).stdout).sessions
  assert.equal(left.length, 1)
})

test('refuses to end everybody where the statements of the site do not tell who there is', async (t) => {
  const database = await sqliteDatabase(t)
  await database.run('CREATE TABLE sessions (id CHAR(64) PRIMARY KEY, data TEXT NOT NULL, tenant INTEGER DEFAULT 7)')
  const statements = documentStatements
    .replace(
      'INSERT INTO sessions (id, data) VALUES (%s, %s)',
      'INSERT INTO sessions (id, data, tenant) VALUES (%s, %s, 7)',
    )
    .replaceAll('WHERE id = %s', 'WHERE tenant = 7 AND id = %s')
  await using busy = await BusySite.serve(`SessionStore dbd\n${database.directives}\n${statements}`)
  const visitor = await busy.guest('tea')
  const revoked = await busy.run(['sessions', 'revoke-all'], ['--everybody', '--yes'])
  assert.equal(revoked.code, 1)
  assert.match(revoked.stderr, /store-not-listable[^]*plain form/)
  await visitor.get('/')
  assert.match((await busy.run(['sessions', 'list'])).stderr, /the store dbd cannot list its sessions/)
  assert.match((await busy.run(['gc'])).stdout, /^dbd: expired sessions cannot be found/)
  const [, handle = ''] = /"id":"([0-9a-f]{64})","data":"sekisho1/.exec(await database.rows('sessions')) ?? []
  const ended = await busy.run(['sessions', 'revoke'], [handle, '--yes'])
  assert.equal(ended.stdout, 'ended 1 session\n', ended.stderr)
})

test('chooses stores by sections, and names the sections when none fits', async () => {
  const lines = `SessionStore file
<Location /other>
SessionStoreFileName \${ROOT}/other/sess_%{SESSIONID}
SessionCookieName other path=/other
</Location>`
  await using busy = await BusySite.serve(lines, { files: { 'other/.keep': '' } })
  await busy.guest('tea')
  await busy.site.visitor().get('/other?cart=coffee')
  const listed = async (section: string) => {
    const { stdout } = await busy.run(['sessions', 'list'], ['--section', section, '--json'])
    return JSON.parse(stdout).sessions.map(({ store }: { store: string }) => store)
  }
  assert.deepEqual(await listed('/other'), ['file-2'])
  assert.deepEqual(await listed('file'), ['file'])
  const none = await busy.run(['sessions', 'list'], ['--section', '/nowhere'])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /no-such-section[^]*<Location \/other>/)
})

test('shows that data is closed when the passphrase is gone, and nothing that it cannot open', async () => {
  await using busy = await BusySite.serve('SessionStore file\nSessionCryptoPassphrase "the first passphrase"')
  await busy.guest('tea')
  const { root } = busy.site
  writeFileSync(join(root, 'site.conf'), busy.site.read('site.conf').replace('the first', 'another'))
  const [{ handle }] = JSON.parse((await busy.run(['sessions', 'list'], ['--json'])).stdout).sessions
  const shown = await busy.run(['sessions', 'show'], [handle, '--values'])
  assert.match(shown.stdout, /encrypted\n\nwhat is in it cannot be opened/)
  assert.equal(JSON.parse((await busy.run(['sessions', 'show'], [handle, '--json'])).stdout).data, null)
})

test('names a store that does not answer, with the reason and without its password', async () => {
  await using busy = await BusySite.serve('SessionStore redis\nSessionRedisURL redis://:hidden@127.0.0.1:1/0')
  for (const command of [['sessions', 'list'], ['gc']]) {
    const { code, stderr } = await busy.run(command)
    assert.equal(code, 1)
    assert.match(
      stderr,
      /The store redis \(.*site\.conf:\d+\) cannot be used\n.*\n {2}why: .*ECONNREFUSED.*\n.*start its server/,
    )
    assert.ok(!stderr.includes('hidden'))
  }
})

test('takes handles as logs and lists show them, and repeats nothing that may be a cookie', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  const visitor = await busy.user('alice')
  const [{ handle }] = JSON.parse((await busy.run(['sessions', 'list'], ['--json'])).stdout).sessions
  for (const form of [`${handle}-1`, `${handle.slice(0, 12)}…`, handle.slice(0, 8)]) {
    const shown = await busy.run(['sessions', 'show'], [form])
    assert.equal(shown.code, 0, `${form}: ${shown.stderr}`)
  }
  const secret = visitor.cookie('sessionid') ?? assert.fail()
  for (const wrong of [secret, 'abc', handle.slice(0, 7)]) {
    const shown = await busy.run(['sessions', 'show'], [wrong])
    assert.equal(shown.code, 2)
    assert.match(shown.stderr, /no-handle/)
    assert.ok(!shown.stderr.includes(secret))
  }
  const some = await busy.run(['sessions', 'revoke'], [handle, '0'.repeat(64), '--yes'])
  assert.deepEqual([some.code, some.stdout], [1, 'ended 1 session\n'])
  assert.match(some.stderr, new RegExp(`No live session has the handle ${'0'.repeat(64)}`))
})

test('tells whose user may look where the store belongs to somebody else, and what is wrong with a configuration', async () => {
  await using busy = await BusySite.serve('SessionStore file')
  const { root } = busy.site
  writeFileSync(join(root, 'site.conf'), 'SessionStore nowhere\n')
  const bad = await busy.run(['sessions', 'list'])
  assert.equal(bad.code, 1)
  assert.match(bad.stderr, /site\.conf:1:14: error: SessionStore must be one of/)
  rmSync(join(root, 'site.conf'))
  assert.match((await busy.run(['gc'])).stderr, /site\.conf/)
})
