import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startRedis } from '../../../../scripts/services.ts'
import { postgresUrl } from '../session/services.ts'
import { BusySite } from './busy-site.ts'
import { mariadb, opened, place, resumeIn } from './copy-places.ts'
import { fill, fillFiles, newAddress } from './crowd.ts'
import { runHere } from './run-here.ts'

test('carries sessions through every kind of store, and compares them', async (t) => {
  const directory = place(t)
  const redis = await startRedis()
  t.after(() => redis.stop())
  const prefix = `copy_${newAddress().slice(0, 8)}_`
  const urls = [
    `file:${join(directory, 'files')}`,
    `${postgresUrl().href}#${prefix}`,
    `sqlite:${join(directory, 'sessions.db')}`,
    await mariadb(t, prefix),
    `${redis.url}?prefix=${prefix}:`,
    `file:${join(directory, 'back')}`,
  ]
  const first = await opened(t, urls[0])
  const addresses = await fill(first, 60)
  const before = await Promise.all(addresses.map((address) => first.read(address)))
  for (const [at, from] of urls.slice(0, -1).entries()) {
    const copied = await runHere(['copy', from, urls[at + 1] ?? '', ...resumeIn(directory)])
    assert.equal(copied.code, 0, copied.stderr)
    assert.match(
      copied.stdout,
      /^copied 60, already there 0\nabout \d+ sessions in .*, \d+ in .*\ncompared 60 of them, all the same\n$/,
    )
  }
  const last = await opened(t, urls.at(-1))
  for (const [at, address] of addresses.entries()) {
    const [was, is] = [before[at], await last.read(address)]
    assert.deepEqual({ ...is, now: 0 }, { ...was, now: 0 })
  }
  assert.ok(!existsSync(join(directory, 'resume.json')))
})

test('keeps visitors logged in over a move, with what was changed between two runs and without what has ended', async (t) => {
  const redis = await startRedis()
  t.after(() => redis.stop())
  const directory = place(t)
  const sealed = 'SessionCryptoPassphrase "one for both of them"'
  await using busy = await BusySite.serve(`SessionStore file\n${sealed}`)
  const [alice, bob, carol] = [await busy.user('alice'), await busy.user('bob'), await busy.user('carol')]
  const lines = `SessionStore redis\nSessionRedisURL ${redis.url}\n${sealed}`
  const { root } = busy.site
  writeFileSync(join(root, 'new.conf'), busy.site.read('site.conf').replace(`SessionStore file\n${sealed}`, lines))
  const copy = (...more: string[]) =>
    runHere([...busy.words(['copy'], [join(root, 'new.conf')]), ...resumeIn(directory), ...more])
  assert.match((await copy()).stdout, /^copied 3, /)
  await alice.get('/shop?cart=coffee')
  await busy.run(['sessions', 'revoke-all'], ['--user', 'bob', '--yes'])
  const final = await copy('--final', '--yes')
  assert.match(final.stdout, /^copied 1, already there 1\n[^]*\nended 1 in .* that have ended in /, final.stderr)
  await busy.moveTo(lines)
  const names = await Promise.all([alice, bob, carol].map((visitor) => visitor.get('/')))
  assert.deepEqual(
    names.map(({ text }) => text),
    ['alice', 'nobody', 'carol'],
  )
  await alice.get('/')
  assert.match(busy.sessionOfLast(), /^cart=coffee&/)
  await busy.run(['sessions', 'revoke-all'], ['--user', 'alice', '--yes'])
  assert.equal((await alice.get('/')).text, 'nobody')
})

test('tells when the new site has not the passphrases of the old one', async (t) => {
  const directory = place(t)
  await using old = await BusySite.serve('SessionStore file\nSessionCryptoPassphrase "the old passphrase"')
  await old.guest('tea')
  await using next = await BusySite.serve('SessionStore file\nSessionCryptoPassphrase "quite another one"')
  writeFileSync(
    join(directory, 'new.conf'),
    next.site
      .read('site.conf')
      .replace('SessionStore file', `SessionStore file\nSessionStoreFileName ${directory}/sess_%{SESSIONID}`),
  )
  const words = [
    'copy',
    join(old.site.root, 'site.conf'),
    join(directory, 'new.conf'),
    '--state',
    join(old.site.root, 'state'),
  ]
  const { code, stdout, stderr } = await runHere([...words, ...resumeIn(directory)])
  assert.deepEqual([code, /compared 1 of them, all the same/.test(stdout)], [1, true], stderr)
  assert.match(stderr, /code: other-passphrase/)
  assert.ok(!`${stdout}${stderr}`.includes('passphrase"'))
})

test('goes on after a failure of the new store, which it names with its reason and without its password', async (t) => {
  const directory = place(t)
  const redis = await startRedis()
  await fillFiles(join(directory, 'files'), { living: 3000, dead: 0 })
  const { host } = new URL(redis.url)
  const words = ['copy', `file:${join(directory, 'files')}`, `redis://:hidden@${host}/0`, ...resumeIn(directory)]
  await redis.stop()
  const { code, stdout, stderr } = await runHere(words)
  assert.equal(code, 1)
  assert.match(
    stderr,
    /The store redis:\/\/127\.0\.0\.1:\d+\/0 cannot be used\n {2}code: ERR_STORE_UNAVAILABLE\n {2}why: .*\n {2}fix: {2}start its server/,
  )
  assert.ok(!`${stdout}${stderr}`.includes('hidden'))
})

test('refuses what is no store, several stores, the same one twice, and the file of another copy', async (t) => {
  const directory = place(t)
  await fillFiles(join(directory, 'files'), { living: 1, dead: 1 })
  const files = `file:${join(directory, 'files')}`
  const refused = async (words: readonly string[], code: number, message: RegExp) => {
    const ran = await runHere(['copy', ...words, ...resumeIn(directory)])
    assert.deepEqual([ran.code, message.test(ran.stderr)], [code, true], ran.stderr)
    assert.ok(!ran.stderr.includes('s3cret'))
  }
  await refused(
    ['oracle://user:s3cret@db/x', files],
    2,
    /no URL of a store\n.*bad-store-url\n.*nothing is known of oracle:/,
  )
  await refused(['postgres://user:s3cret@/%', files], 2, /bad-store-url/)
  await refused([files, 'redis://:s3cret@127.0.0.1/0?prefix=%20'], 2, /bad-store-url\n.*option `prefix`/)
  await refused([`file:${directory}/nowhere`, files], 1, /nowhere does not exist/)
  await refused([files, files], 2, /same-store/)
  await refused([join(directory, 'none.conf'), files], 1, /none\.conf/)
  writeFileSync(join(directory, 'resume.json'), JSON.stringify({ format: 1, from: 'a', to: 'b', cursor: 'c' }))
  await refused([files, `file:${directory}/other`], 1, /it is of the copy from a to b/)
  await using busy = await BusySite.serve(
    'SessionStore file\n<Location /c>\nSessionStore cookie\nSessionCookieName c path=/\n</Location>\n<Location /x>\nSessionStoreFileName ${ROOT}/x/%{SESSIONID}\n</Location>',
    { files: { 'x/.keep': '' } },
  )
  await busy.guest('tea')
  const site = join(busy.site.root, 'site.conf')
  const state = ['--state', join(busy.site.root, 'state')]
  await refused(
    [site, files, ...state],
    2,
    /several-stores\n.*they are file \(server config.*\); file-2 \(<Location \/x>\)\n.*site\.conf#file/,
  )
  await refused([`${site}#/c`, files, ...state], 2, /no-store\n.*in the cookies of the visitors/)
})
