/** The keepers of a site: which sections share one, what they share, and what a reload takes over. */
import assert from 'node:assert/strict'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { SiteMatcher } from '../../src/config/match.ts'
import { sessionKeepers } from '../../src/session/keepers-node.ts'
import { accepted, requestTo } from '../configs.ts'
import { Browser } from './browser.ts'
import { directory, newState, shown, site } from './site.ts'

const memory = 'Session On\nSessionStore memory'

describe('the keepers of a site', () => {
  test('are none where sessions are off', async (t) => {
    const config = accepted('Session On\n<Location /off>\nSession Off\n</Location>')
    const keepers = await sessionKeepers(config.site, { state: newState(t) })
    t.after(() => keepers.close())
    const matcher = new SiteMatcher(config.site)
    const at = (path: string) => keepers.keeper(matcher.match(requestTo(path)).settings)
    assert.equal(at('/off'), undefined)
    assert.notEqual(at('/'), undefined)
  })

  test('are shared by sections that say the same', async (t) => {
    const { keeper } = await site(
      t,
      `${memory}\n<Location /a>\nSessionTimeout 60\n</Location>\n<Location /b>\nSessionTimeout 60\n</Location>
<Location /c>\nSessionTimeout 61\nSessionInclude /c\n</Location>\n<Location /d>\nSessionExclude /x\n</Location>`,
    )
    assert.equal(keeper('/a'), keeper('/b'))
    assert.notEqual(keeper('/a'), keeper('/c'))
    assert.equal(keeper('/d'), keeper('/'))
  })

  test('share the store of the same place, whatever else they differ in', async (t) => {
    const { keeper, keepers } = await site(t, `${memory}\n<Location /a>\nSessionTimeout 60\n</Location>`)
    const visitor = new Browser(keeper('/'))
    await visitor.visit((session) => session.set('a', '1'))
    assert.deepEqual(await new Browser(keeper('/a'), visitor.jar).see(), { a: '1' })
    assert.equal(keepers.stores.length, 1)
    const page = await keepers.stores[0]?.transfer?.scan(undefined, 10)
    assert.equal(page?.sessions.length, 1)
  })

  test('are made when sections meet that no one has looked at together', async (t) => {
    const { keeper, keepers } = await site(
      t,
      `${memory}\n<Location /a>\nSessionTimeout 60\n</Location>\n<LocationMatch b$>\nSessionCookieName other path=/\n</LocationMatch>`,
    )
    assert.deepEqual(shown(keepers.problems), [])
    const visitor = new Browser(keeper('/a/b'))
    const { lines } = await visitor.visit((session) => session.set('a', '1'))
    assert.match(lines[0] ?? '', /^other=[\w-]{64};Max-Age=60;path=\/$/)
    assert.deepEqual(await visitor.see(), { a: '1' })
    assert.equal(keeper('/a/b').forwardedCookie(`x=1; ${visitor.cookie}`), 'x=1')
  })

  test('tell what is wrong with those in the log', async (t) => {
    const { keeper, notices } = await site(
      t,
      'Session On\n<Location /a>\nSessionStore dbd\n</Location>\n<Location /a>\nSessionTimeout 60\n</Location>',
    )
    await assert.rejects(new Browser(keeper('/a')).visit(), { code: 'ERR_STORE_SETUP', status: 503 })
    assert.deepEqual(
      notices.map(({ level, message }) => `${level} ${message}`),
      ['warn /etc/site.conf:1: DBDriver not set: sessions are to be kept in a database'],
    )
  })

  test('name each problem once, at its line and column', async (t) => {
    const { keepers } = await site(
      t,
      'Session On\n  SessionStoreFileName /nowhere/%{SESSIONID}\n<Location /a>\nSessionTimeout 60\n</Location>',
    )
    const [problem] = keepers.problems
    assert.equal(keepers.problems.length, 1)
    assert.deepEqual([problem?.file, problem?.line, problem?.column], ['/etc/site.conf', 2, 3])
  })

  test('refuse memory for more than one process', async (t) => {
    const { keepers, keeper } = await site(t, memory, { workers: 2 })
    assert.deepEqual(shown(keepers.problems), [
      '2 error SessionStore memory needs a single process, and there are 2: each would have sessions of its own',
    ])
    await assert.rejects(new Browser(keeper()).visit(), { code: 'ERR_STORE_SETUP' })
  })

  test('refuse a session of another keeper', async (t) => {
    const { keeper } = await site(t, `${memory}\n<Location /cookie>\nSessionStore cookie\n</Location>`)
    const session = await new Browser(keeper('/')).open()
    const commit = async () => keeper('/cookie').commit(session, { status: 200, deliverable: true })
    await assert.rejects(commit, { code: 'ERR_ARGUMENT' })
  })
})

describe('a reload', () => {
  test('loses no session, in memory neither, and none of a request that is under way', async (t) => {
    const state = newState(t)
    const before = await site(t, memory, { state })
    const visitor = before.browser()
    await visitor.visit((session) => session.set('a', '1'))
    const slow = await visitor.open()
    const after = await site(t, `${memory}\nSessionTimeout 600`, { state })
    slow.set('b', '2')
    assert.deepEqual(await visitor.commit(slow), [])
    await before.close()
    assert.deepEqual(await new Browser(after.keeper(), visitor.jar).see(), { a: '1', b: '2' })
    await after.close()
    const later = await site(t, memory, { state })
    assert.equal((await new Browser(later.keeper(), visitor.jar).open()).beginning, 'not-found')
  })
})

describe('a store that fails', () => {
  test('answers 503 and leaves the cookie alone, and all is there again when it is back', async (t) => {
    const path = join(directory(t), 'sessions')
    mkdirSync(path, { mode: 0o700 })
    const { browser } = await site(t, `Session On\nSessionStore file\nSessionStoreFileName ${path}/%{SESSIONID}`)
    const visitor = browser()
    await visitor.visit((session) => session.set('a', '1'))
    const session = await visitor.open()
    session.set('b', '2')
    renameSync(path, `${path}-away`)
    await assert.rejects(visitor.commit(session), { status: 503 })
    await assert.rejects(visitor.visit(), { status: 503 })
    renameSync(`${path}-away`, path)
    assert.deepEqual(await visitor.see(), { a: '1' })
  })
})
