import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startRedis } from '../../../../scripts/services.ts'
import {
  documentStatements,
  mariadbDatabase,
  postgresDatabase,
  sqliteDatabase,
  type TestDatabase,
} from '../session/databases.ts'
import { BusySite } from './busy-site.ts'
import { countLiving, fill } from './crowd.ts'
import { Traffic } from './traffic.ts'

/** A store of which some sessions can be made so old that a sweep takes them. */
interface Scene {
  readonly lines: string
  readonly files?: Readonly<Record<string, string>>
  /** What `--dry-run` says. */
  readonly dry?: RegExp
  age(handles: readonly string[], root: string): Promise<unknown>
}

type OpenScene = (t: TestContext) => Promise<Scene>

/** Removes what is dead from a store with some of either, while visitors go on. */
async function removes(t: TestContext, open: OpenScene): Promise<void> {
  const { lines, age, files = {}, dry = /: about 12\d expired sessions\n$/ } = await open(t)
  await using busy = await BusySite.serve(lines, { files })
  const { root } = busy.site
  await using stores = await busy.stores()
  const { store } = stores.stores[0] ?? assert.fail()
  // No part of the store has more than half of its sessions dead: that would pass for a wrong clock.
  const handles = await fill(store, 300)
  const dead = handles.filter((_, at) => at % 5 < 2)
  await age(dead, root)
  using traffic = await Traffic.begin(busy)
  assert.match((await busy.run(['gc'], ['--dry-run'])).stdout, dry)
  const few = await busy.run(['gc'], ['--limit', '50'])
  assert.match(few.stdout, /: removed 50 expired sessions\n$/)
  const rest = await busy.run(['gc'])
  assert.match(rest.stdout, /: removed 70 expired sessions\n$/, rest.stderr)
  assert.match((await busy.run(['gc'])).stdout, /: removed 0 expired sessions\n$/)
  assert.ok((await traffic.end()) >= 5)
  assert.equal(await countLiving(store), 180 + 5)
}

/** The library's own tables. @param columns What says when a session dies. */
const inDatabase =
  (make: (t: TestContext) => Promise<TestDatabase>, columns: readonly string[] = ['idle_deadline']): OpenScene =>
  async (t) => {
    const database = await make(t)
    const changes = columns.map((column) => `${column} = ${column} - 7200000`).join(', ')
    const age = (handles: readonly string[]) =>
      database.run(`UPDATE sekisho_sessions SET ${changes} WHERE address IN ('${handles.join("','")}')`)
    return { lines: `SessionStore dbd\n${database.directives}`, age }
  }

test('removes expired sessions from PostgreSQL', (t) => removes(t, inDatabase(postgresDatabase)))
test('removes expired sessions from MariaDB', (t) =>
  removes(t, async (context) => ({
    ...(await inDatabase(mariadbDatabase)(context)),
    dry: /cannot be counted in MySQL/,
  })))

test('removes expired sessions from SQLite', (t) =>
  removes(t, inDatabase(sqliteDatabase, ['idle_deadline', 'expires_at'])))

test("removes expired sessions from the site's own rows", (t) =>
  removes(t, async (context) => {
    const database = await postgresDatabase(context)
    await database.run('CREATE TABLE sessions (id CHAR(64) PRIMARY KEY, data TEXT NOT NULL)')
    const age = (handles: readonly string[]) =>
      database.run(
        `UPDATE sessions SET data = '${longDead}' || substr(data, 25) WHERE id IN ('${handles.join("','")}')`,
      )
    return { lines: `SessionStore dbd\n${database.directives}\n${documentStatements}`, age, dry: anything }
  }))

test('removes expired sessions from files of a configured name', (t) =>
  removes(t, async () => ({
    lines: 'SessionStore file\nSessionStoreFileName ${ROOT}/kept/sess_%{SESSIONID}',
    files: { 'kept/.keep': '' },
    dry: anything,
    async age(handles, root) {
      for (const handle of handles) {
        const path = join(root, 'kept', `sess_${handle}`)
        writeFileSync(path, longDead + readFileSync(path, 'utf8').slice(24))
      }
    },
  })))

/** The beginning of a row that is due for a sweep; the record behind it would still be read. */
const longDead = 'sekisho1:000000000000001'

const anything = /: about \d+ expired sessions\n$/

test('leaves Redis to its server', async (t) => {
  const redis = await startRedis()
  t.after(() => redis.stop())
  await using busy = await BusySite.serve(`SessionStore redis\nSessionRedisURL ${redis.url}`)
  const { stdout, code } = await busy.run(['gc'])
  assert.deepEqual([stdout, code], ['redis: nothing to do; its server removes expired sessions by itself\n', 0])
})
