import type { Contender } from '../contract.ts'
import { overNode } from '../plain.ts'
import { hashedRows, type Row, type Rows } from './floor-rows.ts'
import { callers, endMysql, mysqlPool, newPrefix } from './store-parts.ts'

/** The least that a session in MariaDB can cost. */
export const floorMariadb: Contender = {
  name: 'floor: hashed token, mysql2',
  family: 'mysql2',
  role: 'floor',
  server: 'node',
  needs: 'mariadb',
  callers,
  node: async () => overNode(hashedRows(await mariadbRows())),
}

async function mariadbRows(): Promise<Rows> {
  const name = newPrefix()
  const pool = await mysqlPool(name)
  await pool.query(`CREATE TABLE sessions (
    digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, verifier CHAR(64) CHARACTER SET ascii NOT NULL,
    expires DATETIME(3) NOT NULL, data LONGTEXT CHARACTER SET utf8mb4 NOT NULL, KEY (expires))`)
  const create = 'INSERT INTO sessions VALUES (?, ?, UTC_TIMESTAMP(3) + INTERVAL 30 MINUTE, ?)'
  const read = 'SELECT verifier, data FROM sessions WHERE digest = ? AND expires > UTC_TIMESTAMP(3)'
  const write = 'UPDATE sessions SET expires = UTC_TIMESTAMP(3) + INTERVAL 30 MINUTE, data = ? WHERE digest = ?'
  return {
    create: (digest, data) => pool.execute(create, [digest, digest, data]),
    read: (digest) => pool.execute(read, [digest]).then(([rows]) => (rows as Row[])[0]),
    write: (digest, data) => pool.execute(write, [data, digest]),
    close: () => endMysql(pool, name),
  }
}
