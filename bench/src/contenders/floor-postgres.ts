import type { Contender } from '../contract.ts'
import { overNode } from '../plain.ts'
import { hashedRows, type Row, type Rows } from './floor-rows.ts'
import { callers, endPg, newPrefix, pgPool } from './store-parts.ts'

/** The least that a session in PostgreSQL can cost. */
export const floorPostgres: Contender = {
  name: 'floor: hashed token, pg',
  family: 'pg',
  role: 'floor',
  server: 'node',
  needs: 'postgres',
  callers,
  node: async () => overNode(hashedRows(await postgresRows())),
}

async function postgresRows(): Promise<Rows> {
  const [pool, prefix] = [pgPool(), newPrefix()]
  const table = `${prefix}floor`
  await pool.query(`CREATE TABLE ${table}
    (digest text PRIMARY KEY, verifier text NOT NULL, expires timestamptz NOT NULL, data text NOT NULL)`)
  await pool.query(`CREATE INDEX ON ${table} (expires)`)
  const create = `INSERT INTO ${table} VALUES ($1, $1, now() + interval '30 minutes', $2)`
  const read = `SELECT verifier, data FROM ${table} WHERE digest = $1 AND expires > now()`
  const write = `UPDATE ${table} SET expires = now() + interval '30 minutes', data = $2 WHERE digest = $1`
  return {
    create: (digest, data) => pool.query({ name: 'create', text: create, values: [digest, data] }),
    read: (digest) => pool.query<Row>({ name: 'read', text: read, values: [digest] }).then(({ rows }) => rows[0]),
    write: (digest, data) => pool.query({ name: 'write', text: write, values: [digest, data] }),
    close: () => endPg(pool, prefix),
  }
}
