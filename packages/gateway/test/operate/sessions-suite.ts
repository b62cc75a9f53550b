/** What the commands about sessions do, whatever store a site has. */
import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import type { Visitor } from '../gateway/visitor.ts'
import { BusySite } from './busy-site.ts'

/** Where the sessions of a site are. */
export interface Scene {
  /** The directives that say so. */
  readonly lines: string
  /** The name that the store gets in lists. */
  readonly id: string
}

interface Listed {
  readonly sessions: readonly {
    readonly handle: string
    readonly user: string | null
    readonly [name: string]: unknown
  }[]
  readonly next: string | null
}

/** Declares the tests for a store. */
export function sessionsSuite(open: (t: TestContext) => Promise<Scene>): void {
  it('lists sessions in pages, and those of a user', async (t) => {
    const { lines, id } = await open(t)
    await using busy = await BusySite.serve(lines)
    await busy.user('alice')
    await busy.user('alice')
    await busy.user('bob')
    await busy.guest('tea')
    const all = await listed(busy, [])
    assert.deepEqual(all.sessions.map(({ user }) => user).toSorted(), ['alice', 'alice', 'bob', null])
    assert.ok(all.sessions.every(({ store, bytes }) => store === id && typeof bytes === 'number'))
    const [first] = all.sessions
    const spans = ['lastSeen', 'endsUnused', 'endsAtLatest'].map((name) =>
      sinceSeconds(first?.[name], first?.['created']),
    )
    assert.ok(Math.abs(spans[0] ?? 99) < 30 && Math.abs((spans[1] ?? 0) - 1860) < 90, JSON.stringify(first))
    assert.ok(Math.abs((spans[2] ?? 0) - 43_200) < 60, JSON.stringify(first))
    const handles = new Set<string>()
    let cursor: string | null = null
    do {
      const page: Listed = await listed(busy, ['--limit', '2', ...(cursor === null ? [] : ['--cursor', cursor])])
      for (const { handle } of page.sessions) handles.add(handle)
      cursor = page.next
    } while (cursor !== null)
    assert.deepEqual([...handles].toSorted(), all.sessions.map(({ handle }) => handle).toSorted())
    const alices = await listed(busy, ['--user', 'alice'])
    assert.deepEqual(
      alices.sessions.map(({ user }) => user),
      ['alice', 'alice'],
    )
  })

  it('shows what is in a session, and its values only when asked', async (t) => {
    const { lines } = await open(t)
    await using busy = await BusySite.serve(`${lines}\nSessionCryptoPassphrase "correct horse battery staple"`)
    const visitor = await busy.guest('green%20tea')
    const [session] = (await listed(busy, [])).sessions
    const handle = session?.handle.slice(0, 12) ?? ''
    const shown = await busy.run(['sessions', 'show'], [handle])
    assert.equal(shown.code, 0, shown.stderr)
    assert.match(shown.stdout, /encrypted/)
    assert.match(shown.stdout, /^cart\t9 B$/m)
    assert.ok(!shown.stdout.includes('green'))
    assert.ok(!`${shown.stdout}${shown.stderr}`.includes(visitor.cookie('sessionid') ?? assert.fail()))
    const open_ = await busy.run(['sessions', 'show'], [handle, '--values', '--json'])
    assert.deepEqual(JSON.parse(open_.stdout).data, [{ key: 'cart', bytes: 9, value: 'green tea' }])
  })

  it('ends one session, all of a user, and everybody: a copied cookie is dead at once', async (t) => {
    const { lines } = await open(t)
    await using busy = await BusySite.serve(lines)
    const [first, second, bob] = [await busy.user('alice'), await busy.user('alice'), await busy.user('bob')]
    const guest = await busy.guest('tea')
    const all = await listed(busy, ['--user', 'bob'])
    const one = await busy.run(['sessions', 'revoke'], [all.sessions[0]?.handle ?? '', '--yes'])
    assert.deepEqual([one.code, one.stdout, one.stderr], [0, 'ended 1 session\n', ''])
    assert.deepEqual(await whoAre([first, second, bob]), ['alice', 'alice', 'nobody'])
    const alices = await busy.run(['sessions', 'revoke-all'], ['--user', 'alice', '--yes'])
    assert.deepEqual([alices.code, alices.stdout], [0, 'ended 2 sessions\n'])
    assert.deepEqual(await whoAre([first, second]), ['nobody', 'nobody'])
    assert.equal((await guest.get('/private')).status, 401)
    assert.deepEqual(
      (await listed(busy, [])).sessions.map(({ user }) => user),
      [null],
    )
    const back = await busy.user('alice')
    assert.deepEqual(await whoAre([back]), ['alice'])
    const everybody = await busy.run(['sessions', 'revoke-all'], ['--everybody', '--yes'])
    assert.deepEqual([everybody.code, everybody.stdout], [0, 'ended 2 sessions\n'])
    assert.deepEqual(await whoAre([back]), ['nobody'])
    assert.deepEqual((await listed(busy, [])).sessions, [])
  })
}

async function listed(busy: BusySite, options: readonly string[]): Promise<Listed> {
  const { stdout, stderr, code } = await busy.run(['sessions', 'list'], [...options, '--json'])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Listed
}

function sinceSeconds(time: unknown, begin: unknown): number {
  return (Date.parse(String(time)) - Date.parse(String(begin))) / 1000
}

/** Whom the app is told of, with the cookies that these visitors have. */
async function whoAre(visitors: readonly Visitor[]): Promise<string[]> {
  const answers = await Promise.all(visitors.map((visitor) => visitor.get('/')))
  return answers.map(({ text }) => text)
}
