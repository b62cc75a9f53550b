/** Databases for tests: one of its own for each, dropped when the test ends. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { mariadbUrl, postgresUrl } from './services.ts'
import { directory } from './site.ts'

/** A database, with the lines of a configuration that lead there. */
export interface TestDatabase {
  readonly directives: string
  run(sql: string): Promise<unknown>
  /** All rows of a table as text. */
  rows(table: string): Promise<string>
}

/** A schema of its own, which DBDParams leads to by the search path. */
export async function postgresDatabase(t: TestContext): Promise<TestDatabase> {
  const { hostname, port, username, pathname, href } = postgresUrl()
  const name = newName()
  const client = new pg.Client({ connectionString: href, options: `-c search_path=${name}` })
  await client.connect()
  await client.query(`CREATE SCHEMA ${name}`)
  t.after(async () => {
    await client.query(`DROP SCHEMA ${name} CASCADE`)
    await client.end()
  })
  const params = `host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${username} options='-c search_path=${name}'`
  return {
    directives: `DBDriver pgsql\nDBDParams "${params}"`,
    run: (sql) => client.query(sql),
    rows: async (table) => JSON.stringify((await client.query(`SELECT * FROM ${table} ORDER BY 1`)).rows),
  }
}

export async function mariadbDatabase(t: TestContext): Promise<TestDatabase> {
  const url = mariadbUrl()
  const name = newName()
  const client = await createConnection({ host: url.hostname, port: Number(url.port), user: url.username })
  await client.query(`CREATE DATABASE ${name}`)
  await client.query(`USE ${name}`)
  t.after(async () => {
    await client.query(`DROP DATABASE ${name}`)
    await client.end()
  })
  const params = `host=${url.hostname},port=${url.port},user=${url.username},dbname=${name}`
  return {
    directives: `DBDriver mysql\nDBDParams ${params}`,
    run: (sql) => client.query(sql),
    rows: async (table) => JSON.stringify((await client.query(`SELECT * FROM ${table} ORDER BY 1`))[0]),
  }
}

export async function sqliteDatabase(t: TestContext): Promise<TestDatabase> {
  const path = join(directory(t), 'sessions.db')
  const database = new DatabaseSync(path, { timeout: 1000 })
  t.after(() => database.close())
  return {
    directives: `DBDriver sqlite3\nDBDParams ${path}`,
    run: async (sql) => database.exec(sql),
    rows: async (table) => JSON.stringify(database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all()),
  }
}

/** The statements of the document, over the table of its name. */
export const documentStatements = `SessionDBDCookieName sessionid path=/; HttpOnly; SameSite=Lax
SessionDBDInsertSQL "INSERT INTO sessions (id, data) VALUES (%s, %s)"
SessionDBDSelectSQL "SELECT data FROM sessions WHERE id = %s"
SessionDBDUpdateSQL "UPDATE sessions SET data = %s WHERE id = %s"`

/** mod_session_dbd's own configuration, from Apache's manual. */
export const apacheStatements = `SessionDBDCookieName sessionid path=/; HttpOnly; SameSite=Lax
DBDPrepareSQL "select value from session where key = %s and (expiry = 0 or expiry > %lld)" selectsession
DBDPrepareSQL "update session set value = %s, expiry = %lld, key = %s where key = %s" updatesession
DBDPrepareSQL "insert into session (value, expiry, key) values (%s, %lld, %s)" insertsession
DBDPrepareSQL "delete from session where key = %s" deletesession`

function newName(): string {
  return `gateway_${randomBytes(6).toString('hex')}`
}
