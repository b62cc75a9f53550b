/**
 * The user's table `sessions (id, data)` in each database, by the statements of the Apache document.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { SqlRowsOptions } from '../src/store/rows.ts'
import { mariadbUrl, postgresUrl } from './services.ts'

/** The three statements of the document, as they stand there. */
export const documented: Pick<SqlRowsOptions, 'insert' | 'select' | 'update'> = Object.freeze({
  insert: 'INSERT INTO sessions (id, data) VALUES (%s, %s)',
  select: 'SELECT data FROM sessions WHERE id = %s',
  update: 'UPDATE sessions SET data = %s WHERE id = %s',
})

/** A database of a test's own. */
export interface Database {
  /** How `sqlRows` reaches it. */
  readonly options: Pick<SqlRowsOptions, 'query' | 'placeholder'>
  /** Carries out a statement as it is. */
  run(sql: string): Promise<unknown>
  /** Removes the database. */
  drop(): Promise<void>
}

/** SQLite in memory. */
export function sqlite(): Database {
  const db = new DatabaseSync(':memory:')
  return {
    options: {
      placeholder: '?',
      query(sql, params, wantsRows) {
        const statement = db.prepare(sql)
        return wantsRows ? statement.all(...params) : statement.run(...params)
      },
    },
    run: async (sql) => db.exec(sql),
    drop: async () => db.close(),
  }
}

/** A schema in PostgreSQL. */
export async function postgres(): Promise<Database & { readonly pool: pg.Pool }> {
  const schema = `rows_${randomBytes(6).toString('hex')}`
  const pool = new pg.Pool({ connectionString: postgresUrl(), max: 4, options: `-c search_path=${schema}` })
  await pool.query(`CREATE SCHEMA ${schema}`)
  return {
    pool,
    options: { placeholder: '$1', query: (sql, params) => pool.query(sql, params) },
    run: (sql) => pool.query(sql),
    async drop() {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`)
      await pool.end()
    },
  }
}

/**
 * A database in MariaDB.
 *
 * @param flags Of the connection: `-FOUND_ROWS` counts rows that were changed instead of rows that were found.
 * @param mode The SQL mode: empty is not strict.
 */
export async function mariadb(flags: string[] = [], mode = 'STRICT_TRANS_TABLES'): Promise<Database> {
  const database = `rows_${randomBytes(6).toString('hex')}`
  const admin = await mysql.createConnection({ uri: mariadbUrl() })
  await admin.query(`CREATE DATABASE ${database}`)
  const pool = mysql.createPool({ uri: mariadbUrl(), database, flags, connectionLimit: 4 })
  pool.on('connection', (connection) => connection.query(`SET SESSION sql_mode = '${mode}'`))
  return {
    options: { placeholder: '?', query: (sql, params) => pool.execute(sql, params) },
    run: (sql) => pool.query(sql),
    async drop() {
      await pool.end()
      await admin.query(`DROP DATABASE ${database}`)
      await admin.end()
    },
  }
}
