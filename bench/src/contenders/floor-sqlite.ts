import type { Contender } from '../contract.ts'
import { overFetch, overNode } from '../plain.ts'
import { lifetimeMs } from './floor-parts.ts'
import { hashedRows, type Row, type Rows } from './floor-rows.ts'
import { sqliteFile, type SqliteDriver } from './store-parts.ts'

/** The least that a session in SQLite can cost when it survives the death of the process. */
function floor(driver: SqliteDriver): Contender {
  return {
    name: `floor: hashed token, ${driver}`,
    family: driver,
    role: 'floor',
    server: 'node',
    fetch: () => overFetch(hashedRows(sqliteRows(driver))),
    node: () => overNode(hashedRows(sqliteRows(driver))),
  }
}

function sqliteRows(driver: SqliteDriver): Rows {
  const { database, remove } = sqliteFile(driver)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE sessions (digest TEXT NOT NULL UNIQUE, verifier TEXT NOT NULL, expires INTEGER NOT NULL, data TEXT NOT NULL);
    CREATE INDEX expires ON sessions (expires)`)
  const create = database.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?)')
  const read = database.prepare('SELECT verifier, data FROM sessions WHERE digest = ? AND expires > ?')
  const write = database.prepare('UPDATE sessions SET expires = ?, data = ? WHERE digest = ?')
  return {
    create: (digest, data) => create.run(digest, digest, Date.now() + lifetimeMs, data),
    read: (digest) => read.get(digest, Date.now()) as Row | undefined,
    write: (digest, data) => write.run(Date.now() + lifetimeMs, data, digest),
    close: remove,
  }
}

export const floorNodeSqlite: Contender = floor('node:sqlite')
export const floorBetterSqlite: Contender = floor('better-sqlite3')
