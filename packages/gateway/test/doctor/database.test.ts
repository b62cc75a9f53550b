import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import {
  documentStatements,
  mariadbDatabase,
  postgresDatabase,
  sqliteDatabase,
  type TestDatabase,
} from '../session/databases.ts'
import { site as keepersOf } from '../session/site.ts'
import { detailsOf, findingOf, grave, type Stage, stageSite } from './stage.ts'

const passphrase = 'SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs'
const withExpiry = documentStatements
  .replace('(id, data) VALUES (%s, %s)', '(data, expiry, id) VALUES (%s, %lld, %s)')
  .replace('data = %s WHERE', 'data = %s, expiry = %lld WHERE')

function site({ directives }: Pick<TestDatabase, 'directives'>, statements = documentStatements): string {
  return `Session On\nSessionStore dbd\nSessionTimeout 1800\n${passphrase}\n${directives}\n${statements}\n`
}

type MakeDatabase = (t: TestContext) => Promise<TestDatabase>

/** What each database is told to make a table wrong with. */
interface Tables {
  readonly right: string
  readonly narrowId: string
  readonly keyless: string
  readonly smallExpiry: string
}

const shared: Tables = {
  right: 'CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, data TEXT NOT NULL)',
  narrowId: 'CREATE TABLE sessions (id VARCHAR(32) PRIMARY KEY, data TEXT NOT NULL)',
  keyless: 'CREATE TABLE sessions (id VARCHAR(64) NOT NULL, data TEXT NOT NULL)',
  smallExpiry: 'CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, data TEXT NOT NULL, expiry INT NOT NULL)',
}

describe('a table in PostgreSQL (7-6)', () => isMendedIn(postgresDatabase, /^psql /, shared))
describe('a table in MariaDB (7-6)', () => isMendedIn(mariadbDatabase, /^mariadb --host=/, shared))
describe('a table in SQLite (7-6)', () => isMendedIn(sqliteDatabase, /^sqlite3 /, shared))

function isMendedIn(makeDatabase: MakeDatabase, client: RegExp, tables: Tables): void {
  const isSqlite = makeDatabase === sqliteDatabase
  const stageWith = async (t: TestContext, table: string | undefined, statements = documentStatements) => {
    const database = await makeDatabase(t)
    if (table !== undefined) await database.run(table)
    return { stage: await stageSite(t, site(database, statements)), database }
  }

  it('is made where it is missing', async (t) => {
    const { stage, database } = await stageWith(t, undefined)
    const { command } = await stage.isMended('table', /^There is no table sessions$/)
    assert.match(command ?? '', client)
    assert.equal(await database.rows('sessions'), '[]')
  })

  it('is made with a column for the time of expiry where the statements name one', async (t) => {
    const { stage } = await stageWith(t, undefined, withExpiry)
    const { command } = await stage.isMended('table', /^There is no table sessions$/)
    assert.match(command ?? '', /expiry (?:BIGINT|INTEGER) NOT NULL DEFAULT 0/)
  })

  it('gets a column that it lacks', async (t) => {
    const { stage } = await stageWith(
      t,
      tables.right.replace('data TEXT', 'info TEXT').replace('NOT NULL)', "NOT NULL DEFAULT '')"),
    )
    const { found } = await stage.isMended('table', /^The table sessions has no column data$/)
    assert.equal(found, 'the columns id, info')
  })

  it('gets a column that is wide enough', { skip: isSqlite ? 'its columns have no width' : false }, async (t) => {
    const { stage } = await stageWith(t, tables.narrowId)
    await stage.isMended('table', /^The column id of sessions cannot hold an id of 64 characters$/)
  })

  it('gets a column that holds microseconds', { skip: isSqlite ? 'its columns have no width' : false }, async (t) => {
    const { stage } = await stageWith(t, tables.smallExpiry, withExpiry)
    await stage.isMended('table', /^The column expiry of sessions cannot hold a time in microseconds$/)
  })

  it('gets a primary key', async (t) => {
    const { stage } = await stageWith(t, tables.keyless)
    await stage.isMended('table', /^The column id of sessions takes the same id twice$/)
  })

  it('is as it was after everything was tried in it', async (t) => {
    const { stage, database } = await stageWith(t, tables.right)
    await database.run("INSERT INTO sessions (id, data) VALUES ('somebody', 'kept')")
    const before = await database.rows('sessions')
    const examination = await stage.doctor()
    assert.deepEqual(grave(examination), [])
    assert.equal(await database.rows('sessions'), before)
    assert.match(detailsOf(examination, 'statements'), /do what they are for/)
    assert.match(detailsOf(examination, 'renewal'), /before a login .* after it/)
  })

  it('is not blamed for a statement that is wrong', async (t) => {
    const wrong = documentStatements.replace(
      'UPDATE sessions SET data = %s WHERE id',
      'UPDATE sessions SET dta = %s WHERE id',
    )
    const { stage } = await stageWith(t, tables.right, wrong)
    const { findings, checks } = await stage.doctor()
    assert.match(findings[0]?.message ?? '', /^SessionDBDUpdateSQL fails: .*dta/i)
    assert.equal(
      findings[0]?.line,
      stage
        .text()
        .split('\n')
        .findIndex((line) => line.includes('UpdateSQL')) + 1,
    )
    assert.equal(checks.find(({ check }) => check === 'renewal')?.state, 'silent')
  })

  it('is not blamed for a statement that finds nothing', async (t) => {
    const wrong = documentStatements.replace(
      'SELECT data FROM sessions WHERE id = %s',
      "SELECT data FROM sessions WHERE id = %s AND data <> 'before'",
    )
    const { stage } = await stageWith(t, tables.right, wrong)
    assert.match(
      findingOf(await stage.doctor(), 'statements').message,
      /^SessionDBDSelectSQL does not find a row that was inserted$/,
    )
  })

  it('is our own, and as it was afterwards', async (t) => {
    const { stage, database } = await stageWith(t, undefined, 'SessionDBDCookieName sessionid path=/; HttpOnly')
    await keepersOf(t, stage.text()).then(({ close }) => close())
    const own = ['sessions', 'principals', 'epochs', 'locks'].map((name) => `sekisho_${name}`)
    const rows = async () => {
      const all: string[] = []
      for (const table of own) all.push(await database.rows(table))
      return all
    }
    const before = await rows()
    const examination = await stage.doctor()
    assert.deepEqual(grave(examination), [])
    assert.match(detailsOf(examination, 'renewal'), /before a login .* after it/)
    assert.deepEqual(await rows(), before)
  })

  it('is our own without statements, and is not made by a look', async (t) => {
    const { stage, database } = await stageWith(t, undefined, 'SessionDBDCookieName sessionid path=/; HttpOnly')
    const first = await stage.doctor()
    assert.deepEqual(grave(first), [])
    assert.match(detailsOf(first, 'table'), /sekisho_sessions.*: made when the gateway first starts/)
    await assert.rejects(async () => database.rows('sekisho_sessions'))
  })
}

describe('a MariaDB table without transactions (7-6)', () => {
  it('is told, and nothing is tried in it that could not be taken back', async (t) => {
    const database = await mariadbDatabase(t)
    await database.run(`${shared.right} ENGINE=MyISAM`)
    const stage = await stageSite(t, site(database))
    await stage.isMended('table', /^The table sessions has no transactions/)
  })
})

describe('a SQLite file that is not there', () => {
  it('is not made by a look', async (t) => {
    const stage = await stageSite(t, site({ directives: 'DBDriver sqlite3\nDBDParams ${ROOT}/sessions.db' }))
    const { command } = findingOf(await stage.doctor(), 'table')
    assert.ok(!existsSync(`${stage.root}/sessions.db`))
    stage.run(command)
    assert.deepEqual(grave(await stage.doctor()), [])
  })
})

describe('a database that does not let the gateway in (7-6)', () => {
  const isTold = async (stage: Stage, code: string, message: RegExp) => {
    const [cause, ...rest] = (await stage.doctor()).findings
    assert.equal(cause?.code, code)
    assert.match(cause?.message ?? '', message)
    assert.deepEqual(rest, [])
    return cause
  }

  it('is told for a database that does not exist, which the line makes', async (t) => {
    const { directives } = await mariadbDatabase(t)
    const name = /dbname=(\w+)/.exec(directives)?.[1] ?? ''
    const other = directives.replace(name, `${name}_other`)
    const stage = await stageSite(t, site({ directives: other }, 'SessionDBDCookieName sessionid path=/; HttpOnly'))
    t.after(() => stage.run(findingsDrop(directives, `${name}_other`)))
    await stage.isMended('database', /^The database does not exist: Unknown database/)
  })

  it('is told for a user that does not exist', async (t) => {
    const { directives } = await postgresDatabase(t)
    const stage = await stageSite(t, site({ directives: directives.replace(/\buser=\w+/, 'user=nobody_known') }))
    const cause = await isTold(stage, 'login-refused', /role "nobody_known" does not exist/)
    assert.match(cause?.command ?? '', /^createuser --host=.* --port=\d+ --pwprompt nobody_known$/)
  })

  it('is told for a wrong password, which is not shown', async (t) => {
    const { directives } = await mariadbDatabase(t)
    const stage = await stageSite(t, site({ directives: `${directives},pass=hunter2` }))
    const cause = await isTold(stage, 'login-refused', /Access denied for user/)
    assert.ok(!JSON.stringify(cause).includes('hunter2'))
  })

  it('is told for directives that are missing', async (t) => {
    const stage = await stageSite(t, site({ directives: '' }))
    await isTold(stage, 'store-missing', /^DBDriver not set: sessions are to be kept in a database$/)
  })

  it('is told for a host that nobody knows', async (t) => {
    const stage = await stageSite(
      t,
      site({ directives: 'DBDriver mysql\nDBDParams host=nowhere.invalid,user=shop,dbname=shop' }),
    )
    await isTold(stage, 'store-away', /^The database cannot be found: .*nowhere\.invalid/)
  })
})

describe('rights in PostgreSQL (7-6)', () => {
  it('are granted by the line', async (t) => {
    const database = await postgresDatabase(t)
    const role = `doctor_${Math.random().toString(36).slice(2, 10)}`
    const schema = /search_path=(\w+)/.exec(database.directives)?.[1] ?? ''
    await database.run(shared.right)
    await database.run(`CREATE ROLE ${role} LOGIN`)
    await database.run(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`)
    await using _ = {
      async [Symbol.asyncDispose]() {
        await database.run(`DROP OWNED BY ${role}`)
        await database.run(`DROP ROLE ${role}`)
      },
    }
    const stage = await stageSite(t, site({ directives: database.directives.replace(/\buser=\w+/, `user=${role}`) }))
    const { message, command } = findingOf(await stage.doctor(), 'statements')
    assert.match(message, /^SessionDBD\w+SQL fails: permission denied for table sessions$/)
    // Nobody grants himself a right: the line is for whoever owns the table.
    stage.run(command?.replace(`user=${role}`, 'user=postgres'))
    assert.deepEqual(grave(await stage.doctor()), [])
  })
})

function findingsDrop(directives: string, name: string): string {
  const [, host = '', port = '', user = ''] = /host=([^,]+),port=(\d+),user=(\w+)/.exec(directives) ?? []
  return `mariadb --host=${host} --port=${port} --user=${user} -e 'DROP DATABASE ${name}'`
}
