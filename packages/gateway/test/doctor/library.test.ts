import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { doctorModule } from '../../src/doctor/library/doctor-module.ts'
import { runSekisho } from '../command/run.ts'
import { postgresDatabase } from '../session/databases.ts'
import { postgresUrl, redisUrl } from '../session/services.ts'
import { detailsOf, findingOf, grave } from './stage.ts'

const { signal } = new AbortController()
/** Where a module finds `sekisho`. */
const here = fileURLToPath(new URL('.', import.meta.url))

/** A module with these lines, beside this test, so that it finds its imports. */
function moduleWith(t: TestContext, lines: string): string {
  const folder = mkdtempSync(join(here, '.module-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'sessions.ts')
  writeFileSync(file, lines)
  return file
}

const memory = "import { defineSession } from 'sekisho'\nimport { MemoryStore } from 'sekisho/store/memory'\n"

describe('a module', () => {
  it('is looked at by what it exports: lifetime, cookie, login, clock, guarantees, keys', async (t) => {
    const file = moduleWith(
      t,
      `import { defineSession, defineSealedSession, KeyRing } from 'sekisho'
import { MemoryStore } from 'sekisho/store/memory'
export const store = new MemoryStore()
export const keyRing = new KeyRing(['k'.repeat(40)])
export const sessions = defineSession({ name: 'shop', store, lifetime: { idle: 1200, absolute: 7200 } })
export const config = { sealed: defineSealedSession({ name: 'shop', keyRing, acceptUnrevocable: true }) }
`,
    )
    const examination = await doctorModule({ file, signal })
    assert.deepEqual(grave(examination), [])
    assert.match(
      detailsOf(examination, 'module'),
      /^found: config\.sealed, sessions, store, keyRing\nnot seen from outside: whether data is encrypted/,
    )
    assert.match(detailsOf(examination, 'store'), /store: durable no, of one process, fenced/)
    assert.match(
      detailsOf(examination, 'lifetime'),
      /sessions: sessions end after 20 min without a request, and after 120 min at the latest/,
    )
    assert.match(
      detailsOf(examination, 'cookie'),
      /sessions: Set-Cookie: __Host-sid=…; Path=\/; Secure; HttpOnly; SameSite=Lax/i,
    )
    assert.match(detailsOf(examination, 'sessions'), /a login gives a new secret, and the old one is dead/)
    assert.match(detailsOf(examination, 'clock'), /differs by -?\d{1,3} ms/)
    assert.match(detailsOf(examination, 'keys'), /^keyRing: 1 keys, [0-9a-f]{8} seals$/)
    assert.equal(findingOf(examination, 'store').code, 'not-durable')
  })

  it('is told that sessions end too soon', async (t) => {
    const file = moduleWith(
      t,
      `${memory}export const sessions = defineSession({ name: 'shop', store: new MemoryStore(), lifetime: { idle: 60 } })\n`,
    )
    const { message } = findingOf(await doctorModule({ file, signal }), 'lifetime')
    assert.match(message, /^session expired: sessions of sessions end after 60 s without a request/)
  })

  it('is told that its clock is off', async (t) => {
    const file = moduleWith(
      t,
      `${memory}export const sessions = defineSession({ name: 'shop', store: new MemoryStore() })\n`,
    )
    const examination = await doctorModule({ file, signal, now: () => Date.now() - 10_000 })
    assert.match(
      findingOf(examination, 'clock').message,
      /^The clock of the store of sessions is (?:9\.9|10\.\d) s ahead/,
    )
  })

  it('gets the tables of its store by the line', async (t) => {
    const database = await postgresDatabase(t)
    const schema = /search_path=(\w+)/.exec(database.directives)?.[1] ?? ''
    const file = moduleWith(
      t,
      `import pg from 'pg'
import { PostgresStore } from 'sekisho/store/postgres'
export const store = new PostgresStore({ client: new pg.Pool({ connectionString: ${JSON.stringify(postgresUrl().href)}, options: '-c search_path=${schema}', allowExitOnIdle: true }) })
`,
    )
    const run = () => runSekisho(['doctor', file, '--json'])
    const before = await run()
    const { findings } = JSON.parse(before.stdout) as { findings: { check: string; code: string; command: string }[] }
    assert.deepEqual([before.code, findings[0]?.check, findings[0]?.code], [1, 'store', 'table-missing'])
    const { spawnSync } = await import('node:child_process')
    const line = findings[0]?.command.replace(/^node /, `'${process.execPath}' --conditions=source `) ?? ''
    const made = spawnSync('sh', ['-c', line], { encoding: 'utf8' })
    assert.equal(made.status, 0, `${line}\n${made.stderr}`)
    assert.equal((await run()).code, 0)
  })

  it('has nothing in its store afterwards that was not there before', async (t) => {
    const prefix = `doctor-${process.pid}:`
    const file = moduleWith(
      t,
      `import { Redis } from 'ioredis'
import { defineSession } from 'sekisho'
import { RedisStore } from 'sekisho/store/redis'
export const client = new Redis(${JSON.stringify(redisUrl().href)})
export const store = new RedisStore({ client, prefix: '${prefix}' })
export const sessions = defineSession({ name: 'shop', store })
`,
    )
    const { client } = (await import(file)) as {
      client: { keys(pattern: string): Promise<string[]>; disconnect(): void }
    }
    t.after(() => client.disconnect())
    assert.deepEqual(grave(await doctorModule({ file, signal })), [])
    assert.deepEqual(await client.keys(`${prefix}*`), [])
  })

  it('is told when its store does not answer, once', async (t) => {
    const file = moduleWith(
      t,
      `import { Redis } from 'ioredis'
import { defineSession } from 'sekisho'
import { RedisStore } from 'sekisho/store/redis'
const client = new Redis({ port: 1, maxRetriesPerRequest: 1, retryStrategy: () => null })
client.on('error', () => {})
export const store = new RedisStore({ client })
export const sessions = defineSession({ name: 'shop', store })
`,
    )
    const { findings, checks } = await doctorModule({ file, signal })
    assert.equal(findings[0]?.check, 'store')
    assert.match(findings[0]?.message ?? '', /^store does not answer: /)
    assert.equal(checks.find(({ check }) => check === 'lifetime')?.state, 'silent')
  })

  it('that cannot be imported, or exports nothing of use, is told', async (t) => {
    const broken = await doctorModule({ file: moduleWith(t, "import 'nowhere-at-all'\n"), signal })
    assert.match(findingOf(broken, 'module').message, /cannot be imported: Cannot find package 'nowhere-at-all'/)
    const empty = await doctorModule({ file: moduleWith(t, 'export const a = 1\n'), signal })
    assert.match(findingOf(empty, 'module').message, /exports nothing that can be looked at$/)
  })
})
