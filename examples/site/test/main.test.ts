import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { newState, RunningSite } from './running-site.ts'

const state = newState()
after(() => rmSync(state, { recursive: true, force: true }))

test('prints addresses and a login that work, and leaves nothing behind when it is told to end', async () => {
  const site = await RunningSite.open(state)
  const [shop = '', gatehouse = '', secure = ''] = site.addresses
  assert.deepEqual(
    site.addresses.map((address) => new URL(address).pathname),
    ['/', '/gatehouse/', '/secure/'],
  )
  assert.equal((await fetch(shop)).status, 200)
  assert.match((await fetch(gatehouse)).url, /\/login\?return=\/gatehouse\/$/)
  const body = new URLSearchParams({ httpd_username: 'taro', httpd_password: site.passwordOf('taro') })
  const login = await fetch(`${shop}signin`, { method: 'POST', body, redirect: 'manual' })
  const [cookie = ''] = login.headers.getSetCookie()
  const inside = await fetch(gatehouse, { headers: { cookie: cookie.split(';', 1)[0] ?? '' } })
  assert.match(await inside.text(), /id="user">taro</)
  const authorization = `Basic ${Buffer.from(`hana:${site.passwordOf('hana')}`).toString('base64')}`
  assert.equal((await fetch(secure, { headers: { authorization } })).status, 200)
  assert.ok(site.processes.length >= 5, 'the starter, two apps, the gateway and its workers')
  assert.equal(await site.close(), 0)
  assert.match(site.said, /closed; whoever was signed in still is\n$/)
  assert.deepEqual([await site.leftovers(), site.complaints], [[], ''])
})

test('says which app has ended, closes the rest and leaves nothing behind', async () => {
  const site = await RunningSite.open(state)
  const gatehouse = site.processes.find(({ command }) => /gatehouse\.\w+/.test(command))
  process.kill(gatehouse?.pid ?? 0, 'SIGKILL')
  assert.equal(await site.exited, 1)
  assert.match(site.complaints, /^the site closes: the gatehouse \(\w+\) ended \(SIGKILL\)/)
  assert.deepEqual(await site.leftovers(), [])
})

test('falls back to Node where there is neither Python nor PHP, and says so', async () => {
  const site = await RunningSite.open(state, { PATH: '/nonexistent' })
  assert.match(site.said, /the gatehouse \(Node, for want of Python and PHP\)/)
  assert.equal(await site.close(), 0)
})

test('a port that is taken is named, with the command for another', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const site = new RunningSite(state, { PORT: String(port) })
  assert.equal(await site.exited, 1)
  other.close()
  assert.match(
    site.complaints,
    new RegExp(`port ${port} is taken by another program.*\n  PORT=${port + 1} npm start\n$`),
  )
})

test('whatever else stands in the way is told in one line', async () => {
  const refusals = [
    { PORT: '80a' },
    { SITE_GATEHOUSE: 'cobol' },
    { SITE_GATEHOUSE: 'php', PATH: '/nonexistent' },
    { SITE_STATE: '/dev/null/state' },
  ] as const
  const said = refusals.map(async (environment) => {
    const site = new RunningSite(state, environment)
    assert.equal(await site.exited, 1)
    return site.complaints
  })
  assert.deepEqual(await Promise.all(said), [
    'PORT must be a number from 0 to 65535; it is "80a"\n',
    'SITE_GATEHOUSE must be one of python, php, node; it is "cobol"\n',
    'SITE_GATEHOUSE is php, and php cannot be run or is too old: install PHP, or leave SITE_GATEHOUSE out\n',
    "the site cannot open: ENOTDIR: not a directory, mkdir '/dev/null/state'\n",
  ])
})
