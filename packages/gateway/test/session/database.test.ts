/** Connections and statements of DBDriver, DBDParams, DBDPrepareSQL and SessionDBD*SQL. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { Browser } from './browser.ts'
import { apacheStatements, documentStatements, mariadbDatabase, postgresDatabase, sqliteDatabase } from './databases.ts'
import { shown, site, type TestSite } from './site.ts'

const dbd = 'Session On\nSessionStore dbd'

async function problemsOf(t: TestContext, text: string): Promise<string[]> {
  return shown((await site(t, text)).keepers.problems)
}

/** Whoever has a session is told to come back; whoever has none is served. */
async function isClosed({ keeper }: TestSite): Promise<void> {
  const known = new Browser(keeper(), [['sessionid', 'A'.repeat(64)]])
  await assert.rejects(known.visit(), { status: 503 })
}

describe('a database', () => {
  test('that no directive names is a warning, and its sections answer 503', async (t) => {
    const one = await site(t, dbd)
    assert.deepEqual(shown(one.keepers.problems), ['1 warning DBDriver not set: sessions are to be kept in a database'])
    await isClosed(one)
    assert.deepEqual(await problemsOf(t, `${dbd}\nDBDriver pgsql`), [
      '1 warning DBDParams not set: sessions are to be kept in a database',
    ])
  })

  test('that is away when the gateway starts is a warning, and is used when it is back', async (t) => {
    const one = await site(t, `${dbd}\nDBDriver pgsql\nDBDParams "host=127.0.0.1 port=1 dbname=x user=x"`)
    const [problem = ''] = shown(one.keepers.problems)
    assert.match(
      problem,
      /^4 warning The store of the sessions does not answer now: connect ECONNREFUSED 127\.0\.0\.1:1$/,
    )
    await isClosed(one)
    assert.equal((await one.browser().visit()).lines.length, 1)
  })

  test('that lacks the table is a reason not to start', async (t) => {
    const { directives } = await postgresDatabase(t)
    const [problem = ''] = await problemsOf(t, `${dbd}\n${directives}\n${documentStatements}`)
    assert.match(
      problem,
      /^4 error The store of the sessions cannot be used: relation "sessions" does not exist; make it with: CREATE TABLE sessions \(id VARCHAR\(64\) PRIMARY KEY, data TEXT NOT NULL\)$/,
    )
  })

  test('whose table has columns too narrow is a reason not to start', async (t) => {
    const { directives, run } = await postgresDatabase(t)
    await run('CREATE TABLE sessions (id VARCHAR(36) PRIMARY KEY, data TEXT NOT NULL)')
    const [problem = ''] = await problemsOf(t, `${dbd}\n${directives}\n${documentStatements}`)
    assert.match(problem, /^4 error /)
    assert.match(problem, /value too long for type character varying\(36\)|the id column/)
  })

  test('is shared by the sections that name it, with as many connections as DBDMax says', async (t) => {
    const { directives, run } = await postgresDatabase(t)
    const sections = '<Location /a>\nSessionTimeout 60\n</Location>\n<Location /b>\nSessionTimeout 120\n</Location>'
    const one = await site(t, `${dbd}\n${directives}\nDBDMax 2\nSessionAutoStart Off\n${sections}`)
    const visitors = ['/', '/a', '/b', '/a', '/b', '/'].map((path) => one.browser(path))
    await Promise.all(visitors.map((visitor) => visitor.visit((session) => session.set('a', '1'))))
    const counting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%sekisho_sessions%' AND pid <> pg_backend_pid()`
    const { rows } = (await run(counting)) as { rows: { n: number }[] }
    assert.ok((rows[0]?.n ?? 9) <= 2, `${rows[0]?.n} connections`)
  })

  test('runs DBDInitSQL on every new connection before anything else', async (t) => {
    const { directives, run, rows } = await postgresDatabase(t)
    await run('CREATE SCHEMA IF NOT EXISTS public')
    await run('CREATE TABLE begun (at timestamptz DEFAULT now())')
    const one = await site(t, `${dbd}\n${directives}\nDBDInitSQL "INSERT INTO begun DEFAULT VALUES"\nDBDMax 1`)
    await one.browser().visit((session) => session.set('a', '1'))
    assert.equal((JSON.parse(await rows('begun')) as unknown[]).length, 1)
    const broken = await problemsOf(t, `${dbd}\n${directives}\nDBDInitSQL "SELECT nonsense"`)
    assert.deepEqual(broken, [
      '4 error The store of the sessions cannot be used: DBDInitSQL failed: column "nonsense" does not exist',
    ])
  })

  test('runs DBDInitSQL in MariaDB and in SQLite too', async (t) => {
    for (const { directives, run, rows } of [await mariadbDatabase(t), await sqliteDatabase(t)]) {
      await run('CREATE TABLE begun (n INTEGER)')
      const one = await site(t, `${dbd}\n${directives}\nDBDInitSQL "INSERT INTO begun VALUES (1)"\nDBDMax 1`)
      await one.browser().visit((session) => session.set('a', '1'))
      assert.equal((JSON.parse(await rows('begun')) as unknown[]).length, 1)
    }
  })

  test('keeps no connection with DBDPersist Off', async (t) => {
    const { directives, run } = await mariadbDatabase(t)
    const one = await site(t, `${dbd}\n${directives}\nDBDPersist Off`)
    await one.browser().visit((session) => session.set('a', '1'))
    const others = async (): Promise<number> => {
      const sql =
        'SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()'
      const [list] = (await run(sql)) as [{ n: number }[]]
      return Number(list[0]?.n)
    }
    for (let look = 0; look < 50 && (await others()) > 0; look += 1)
      await new Promise((resolve) => {
        setTimeout(resolve, 100)
      })
    assert.equal(await others(), 0)
  })
})

describe('DBDParams', () => {
  test('is read as the driver has it, with its place where it cannot be', async (t) => {
    const unread = 'DBDParams cannot be read'
    const cases: Readonly<Record<string, string>> = {
      'DBDriver mysql\nDBDParams "host=h;nonsense=1"': unread,
      'DBDriver mysql\nDBDParams "host"': unread,
      'DBDriver mysql\nDBDParams "port=x"': 'DBDParams: the port must be a number',
      'DBDriver pgsql\nDBDParams "host=h nonsense=1"': unread,
      'DBDriver pgsql\nDBDParams "host=h password=\'open"': unread,
      'DBDriver pgsql\nDBDParams "port=x"': 'DBDParams: port must be a number',
      'DBDriver pgsql\nDBDParams "sslmode=perhaps"': 'DBDParams: sslmode is unknown',
      'DBDriver pgsql\nDBDParams "sslmode=verify-full sslrootcert=/nowhere"': 'DBDParams: sslrootcert cannot be read',
    }
    for (const [directives, message] of Object.entries(cases))
      assert.deepEqual(await problemsOf(t, `${dbd}\n${directives}`), [`4 error ${message}`], directives)
  })

  test('of SQLite names a file in a directory that is there', async (t) => {
    const [problem = ''] = await problemsOf(t, `${dbd}\nDBDriver sqlite3\nDBDParams /nowhere/sessions.db`)
    assert.match(problem, /^4 error The store of the sessions cannot be used: unable to open database file$/)
  })

  test('never stands in a problem', async (t) => {
    for (const directives of [
      'DBDriver pgsql\nDBDParams "host=127.0.0.1 port=1 password=hush-hush nonsense=1"',
      'DBDriver mysql\nDBDParams "host=127.0.0.1,port=1,pass=hush-hush"',
    ])
      assert.equal(
        JSON.stringify((await site(t, `${dbd}\n${directives}`)).keepers.problems).includes('hush-hush'),
        false,
      )
  })
})

describe('statements', () => {
  const sqlite = async (t: TestContext, statements: string, table: string) => {
    const database = await sqliteDatabase(t)
    await database.run(table)
    return { ...database, text: `${dbd}\n${database.directives}\n${statements}` }
  }
  const plainTable = 'CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL)'
  const agedTable = 'CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL, expiry BIGINT)'

  test('that only insert bring the others with them', async (t) => {
    const insert = 'SessionDBDInsertSQL "INSERT INTO sessions (id, data) VALUES (%s, %s)"'
    const { text, rows } = await sqlite(t, insert, plainTable)
    const one = await site(t, text)
    assert.deepEqual(shown(one.keepers.problems), [])
    const visitor = one.browser()
    const { session } = await visitor.visit((visit) => visit.set('a', '1'))
    await visitor.visit((visit) => visit.set('b', '2'))
    assert.deepEqual(await visitor.see(), { a: '1', b: '2' })
    assert.deepEqual(
      (JSON.parse(await rows('sessions')) as { id: string }[]).map(({ id }) => id),
      [session.id],
    )
    await visitor.visit((visit) => visit.destroy())
    assert.equal(await rows('sessions'), '[]')
  })

  test('with a column for the time of expiry fill it in microseconds, and rows that are over are removed', async (t) => {
    const statements = `SessionDBDInsertSQL "INSERT INTO sessions (data, expiry, id) VALUES (%s, %lld, %s)"
SessionDBDSelectSQL "SELECT data FROM sessions WHERE id = %s AND (expiry = 0 OR expiry > %lld)"
SessionDBDUpdateSQL "UPDATE sessions SET data = %s, expiry = %lld, id = %s WHERE id = %s"
SessionTimeout 100`
    const { text, rows } = await sqlite(t, statements, agedTable)
    await (await site(t, text)).browser().visit((session) => session.set('a', '1'))
    const [row] = JSON.parse(await rows('sessions')) as { expiry: number }[]
    assert.ok(Math.abs((row?.expiry ?? 0) / 1000 - Date.now() - 110_000) < 5000, String(row?.expiry))
  })

  test('by name are taken in any order', async (t) => {
    const statements = `SessionDBDInsertSQL "INSERT INTO sessions (expiry, data, id) VALUES (%{expiry}, %{data}, %{id})"
SessionDBDSelectSQL "SELECT data FROM sessions WHERE id = %{id}"
SessionDBDUpdateSQL "UPDATE sessions SET expiry = %{expiry}, data = %{data} WHERE id = %{id}"`
    const { text } = await sqlite(t, statements, agedTable)
    const visitor = (await site(t, text)).browser()
    await visitor.visit((session) => session.set('a', '1'))
    await visitor.visit((session) => session.set('b', '2'))
    assert.deepEqual(await visitor.see(), { a: '1', b: '2' })
  })

  test('of a form of their own work, with a warning that names what they cannot promise', async (t) => {
    const statements = `SessionDBDInsertSQL "INSERT OR FAIL INTO sessions (id, data) VALUES (%s, %s)"
SessionDBDSelectSQL "SELECT data FROM sessions WHERE id = %s AND data LIKE '%%'"
SessionDBDUpdateSQL "UPDATE sessions SET data = %s WHERE id = %s"
SessionDBDDeleteSQL "DELETE FROM sessions WHERE id = %s"`
    const { text } = await sqlite(t, statements, plainTable)
    const one = await site(t, text)
    assert.match(shown(one.keepers.problems)[0] ?? '', /^4 warning The statements are of a form of their own, /)
    const visitor = one.browser()
    await visitor.visit((session) => session.set('a', '1'))
    await visitor.visit((session) => session.login('bob'))
    assert.equal((await visitor.open()).user, 'bob')
    await visitor.visit((session) => session.destroy())
    assert.equal((await visitor.open()).user, undefined)
  })

  test('that are missing and cannot be derived, or that are quoted, are named', async (t) => {
    const insert = 'SessionDBDInsertSQL "INSERT INTO sessions SELECT %s, %s"'
    const quoted = `SessionDBDInsertSQL "INSERT INTO sessions (id, data) VALUES ('%s', %s)"`
    const first = await sqlite(t, insert, plainTable)
    assert.deepEqual(await problemsOf(t, first.text), ['5 error SessionDBDSelectSQL and SessionDBDUpdateSQL not set'])
    const second = await sqlite(t, quoted, plainTable)
    assert.match((await problemsOf(t, second.text))[0] ?? '', /^5 error /)
  })

  test('of DBDPrepareSQL are found by their labels, and one that is missing is named as the real server names it', async (t) => {
    const table = 'CREATE TABLE session (key TEXT PRIMARY KEY, value TEXT, expiry BIGINT)'
    const { text } = await sqlite(t, `${apacheStatements}\nSessionDBDSelectLabel otherselect`, table)
    assert.deepEqual(await problemsOf(t, text), ["10 error failed to find the prepared statement called 'otherselect'"])
    const renamed = text.replace(' selectsession', ' otherselect')
    assert.deepEqual(await problemsOf(t, renamed), [])
  })

  test('B12: labels of the server hold in sections with other directives of mod_session_dbd', async (t) => {
    const table = 'CREATE TABLE session (key TEXT PRIMARY KEY, value TEXT, expiry BIGINT)'
    const labels = `SessionDBDSelectLabel mine\n${apacheStatements.replace(' selectsession', ' mine')}`
    const section = '<Location /a>\nSessionDBDCookieName other path=/\n</Location>'
    const { text } = await sqlite(t, `${labels}\n${section}`, table)
    const one = await site(t, text)
    assert.deepEqual(shown(one.keepers.problems), [])
    const visitor = one.browser('/a')
    await visitor.visit((session) => session.set('a', '1'))
    assert.deepEqual(await visitor.see(), { a: '1' })
    assert.deepEqual([...visitor.jar.keys()], ['other'])
  })

  test('of a virtual host add to those of the server', async (t) => {
    const table = 'CREATE TABLE session (key TEXT PRIMARY KEY, value TEXT, expiry BIGINT)'
    const host =
      '<VirtualHost *:80>\nDBDPrepareSQL "SELECT 1" another\n<Location /a>\nSessionTimeout 60\n</Location>\n</VirtualHost>'
    const { text } = await sqlite(t, `${apacheStatements}\n${host}`, table)
    const one = await site(t, text)
    assert.deepEqual(shown(one.keepers.problems), [])
    const visitor = one.browser('/a')
    await visitor.visit((session) => session.set('a', '1'))
    assert.deepEqual(await visitor.see(), { a: '1' })
    assert.deepEqual(one.notices, [])
  })

  test('never become anything but parameters', async (t) => {
    const { text, rows } = await sqlite(t, documentStatements, plainTable)
    const visitor = (await site(t, text)).browser()
    await visitor.visit((session) => session.set('a', "'); DROP TABLE sessions; --"))
    const thief = new Browser(visitor.keeper, [['sessionid', "' OR '1'='1"]])
    assert.equal((await thief.open()).beginning, 'not-found')
    assert.deepEqual(await visitor.see(), { a: "'); DROP TABLE sessions; --" })
    assert.notEqual(await rows('sessions'), '[]')
  })
})

describe('SessionDBDPerUser', () => {
  test('keeps one session for each user, whatever browser it is, and none for nobody', async (t) => {
    for (const { directives } of [await sqliteDatabase(t), await postgresDatabase(t), await mariadbDatabase(t)]) {
      const text = `${dbd}\n${directives}\nSessionDBDPerUser On\nSessionCryptoPassphrase "of the users"`
      const { browser } = await site(t, text)
      const bob = { user: 'bob' }
      assert.deepEqual((await browser().visit((session) => session.set('a', '1'), bob)).lines, [])
      await browser().visit((session) => session.merge(['b=2']), bob)
      assert.deepEqual(await browser().see(bob), { a: '1', b: '2' })
      await browser().visit((session) => session.merge(['a=']), bob)
      assert.deepEqual(await browser().see(bob), { b: '2' })
      assert.deepEqual(await browser().see({ user: 'eve' }), {})
      await browser().visit((session) => session.set('x', '1'))
      assert.deepEqual(await browser().see(), {})
      await browser().visit((session) => session.destroy(), bob)
      assert.deepEqual(await browser().see(bob), {})
    }
  })

  test('keeps what overlapping requests write', async (t) => {
    const { directives, rows } = await sqliteDatabase(t)
    const { browser } = await site(t, `${dbd}\n${directives}\nSessionDBDPerUser On\nSessionCryptoPassphrase users`)
    const visitor = browser()
    const sessions = await Promise.all(Array.from({ length: 4 }, () => visitor.open({ user: 'bob' })))
    for (const [index, session] of sessions.entries()) session.set(`k${index}`, 'green-tea')
    await Promise.all(sessions.map((session) => visitor.commit(session)))
    assert.deepEqual(Object.keys(await visitor.see({ user: 'bob' })).toSorted(), ['k0', 'k1', 'k2', 'k3'])
    assert.equal((await rows('sekisho_sessions')).includes('green-tea'), false)
  })
})
