/** Where programs of the model find an empty store, one program after the other. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after } from 'node:test'
import { Redis } from 'ioredis'
import { FileStore } from '../../src/store/file-node.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { MysqlStore } from '../../src/store/mysql.ts'
import { RedisStore } from '../../src/store/redis.ts'
import { tableNames } from '../../src/store/sql/names.ts'
import { SqliteStore } from '../../src/store/sqlite.ts'
import { newPrefix, TestDatabase as MysqlDatabase } from '../mysql/opening.ts'
import { ShiftedClock as MysqlClock } from '../mysql/shifted-clock.ts'
import { pgPool } from '../postgres/clients.ts'
import { TestDatabase as PostgresDatabase } from '../postgres/database.ts'
import { Lanes } from '../postgres/lanes.ts'
import { ShiftedClock as RedisClock } from '../redis-clock.ts'
import { redisUrl } from '../services.ts'
import type { Ground } from './world.ts'

/** Does something on an empty store; one after the other. */
export type Grounds = <T>(work: (ground: Ground) => Promise<T>) => Promise<T>

const start = 1_790_000_000_000

/** A new store in memory for each program. */
export function memoryGrounds(change: (store: MemoryStore) => Ground['store'] = (store) => store): Grounds {
  return (work) => {
    let now = start
    const store = new MemoryStore({ now: () => now, sweepGraceMs: 0 })
    return work({ store: change(store), pass: (ms) => void (now += ms) })
  }
}

/** A new directory for each program. */
export async function fileGrounds(): Promise<Grounds> {
  const folder = await newFolder()
  let programs = 0
  return async (work) => {
    programs += 1
    let now = start
    const store = new FileStore({ directory: join(folder, String(programs)), now: () => now, sweepGraceMs: 0 })
    try {
      return await work({ store, pass: (ms) => void (now += ms) })
    } finally {
      store.close()
    }
  }
}

/** One database, whose tables are emptied for each program. */
export async function sqliteGrounds(): Promise<Grounds> {
  const database = new DatabaseSync(join(await newFolder(), 'sessions.db'))
  after(() => database.close())
  const prefix = 'model_'
  await new SqliteStore({ database, prefix }).ensureSchema()
  return (work) => {
    database.exec(emptied(prefix).join(';'))
    let now = start
    const store = new SqliteStore({ database, prefix, now: () => now, sweepGraceMs: 0 })
    return work({ store, pass: (ms) => void (now += ms) })
  }
}

/** One schema, whose tables are emptied for each program, and whose clock can be moved on. */
export async function postgresGrounds(): Promise<Grounds> {
  const lanes = new Lanes(await PostgresDatabase.create(), pgPool)
  return (work) => lanes.run(() => work({ store: lanes.open(), pass: (ms) => lanes.pass(ms) }))
}

/** One set of tables, which is emptied for each program, and a clock for each that can be moved on. */
export async function mysqlGrounds(): Promise<Grounds> {
  const database = await MysqlDatabase.open()
  after(() => database.close())
  const prefix = newPrefix()
  await database.openStore({ prefix })
  return async (work) => {
    for (const sql of emptied(prefix)) await database.pool.query(sql)
    const clock = new MysqlClock()
    const store = new MysqlStore({ client: clock.through(database.pool), prefix, sweepGraceMs: 0 })
    return work({ store, pass: (ms) => clock.pass(ms) })
  }
}

/** Keys with a new beginning for each program, and a clock for each that can be moved on. */
export function redisGrounds(): Grounds {
  const redis = new Redis(redisUrl())
  const beginning = `test:${randomBytes(8).toString('hex')}`
  let programs = 0
  after(async () => {
    const keys = await redis.keys(`${beginning}:*`)
    await Promise.all(keys.map((key) => redis.del(key)))
    await redis.quit()
  })
  return (work) => {
    programs += 1
    const prefix = `${beginning}:${programs}:`
    const clock = new RedisClock(redis, prefix)
    const store = new RedisStore({ client: clock.client, clientKind: 'ioredis', prefix, graceMs: 0 })
    return work({ store, pass: (ms) => clock.pass(ms) })
  }
}

function emptied(prefix: string): string[] {
  return Object.values(tableNames(prefix)).map((table) => `DELETE FROM ${table}`)
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-model-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
