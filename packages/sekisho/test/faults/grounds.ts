/** Places for stores: on a server that all tests share, or on one of the test's own that may be killed. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Redis } from 'ioredis'
import mysql from 'mysql2/promise'
import pg from 'pg'
import {
  startMariadb,
  startPostgres,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
  type Service,
} from '../../../../scripts/services.ts'
import { mariadbUrl, postgresUrl, redisUrl } from '../services.ts'
import { FaultyProxy } from './proxy.ts'
import { openStore, type StoreDescription } from './stores.ts'

/** A store with its tables made. */
export interface Ground {
  readonly store: StoreDescription
}

/** A store behind a network whose faults the test chooses. */
export interface ProxiedGround extends Ground {
  readonly proxy: FaultyProxy
}

/** A store whose server is the test's own. */
export interface OwnGround extends Ground {
  readonly server: Service
}

/** The stores on a server that a proxy can stand before. */
export type ServerKind = 'postgres' | 'mysql' | 'redis'

/** A store that needs no server. */
export async function localGround(t: TestContext, kind: 'file' | 'sqlite'): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-faults-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const store = { kind, url: kind === 'file' ? folder : join(folder, 'sessions.db'), prefix: 'faults_' }
  await prepare(store)
  return { store }
}

/** A store on a server that all tests share, reached through a proxy. */
export async function proxiedGround(t: TestContext, kind: ServerKind, random?: () => number): Promise<ProxiedGround> {
  const direct = await sharedPlace[kind](t, `faults_${randomBytes(6).toString('hex')}`)
  await prepare(direct)
  const target = new URL(direct.url)
  const options = random === undefined ? {} : { random }
  const proxy = await FaultyProxy.start({ host: target.hostname, port: Number(target.port), ...options })
  t.after(() => proxy.close())
  target.port = String(proxy.port)
  return { store: { ...direct, url: target.href }, proxy }
}

/** A store on a server of the test's own, which loses nothing that it has acknowledged when it is killed. */
export async function ownGround(
  t: TestContext,
  kind: ServerKind | 'redis-cluster' | 'redis-sentinel',
): Promise<OwnGround> {
  const { server, url } = await ownServer[kind]()
  t.after(() => server.stop())
  const store = { kind, url, prefix: 'faults_' }
  await prepare(store)
  return { store, server }
}

async function prepare(description: StoreDescription): Promise<void> {
  const { store, prepare: makeTables, disconnect } = await openStore(description)
  // A server that has just started, on a machine with much to do, may not answer the first time.
  for (let attemptsLeft = 4; ; attemptsLeft -= 1) {
    try {
      await makeTables()
      break
    } catch (error) {
      if (attemptsLeft === 0) throw error
    }
  }
  await store.close?.()
  await disconnect()
}

type Place = (t: TestContext, name: string) => Promise<StoreDescription>

/** A database, or a prefix of keys, that goes with the test. */
const sharedPlace: Readonly<Record<ServerKind, Place>> = {
  async postgres(t, name) {
    const admin = new pg.Client(postgresUrl())
    await admin.connect()
    await admin.query(`CREATE DATABASE ${name}`)
    t.after(async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    })
    return { kind: 'postgres', url: new URL(`/${name}`, postgresUrl()).href, prefix: 'faults_' }
  },
  async mysql(t, name) {
    const admin = await mysql.createConnection(mariadbUrl())
    await admin.query(`CREATE DATABASE ${name}`)
    t.after(async () => {
      await admin.query(`DROP DATABASE ${name}`)
      await admin.end()
    })
    return { kind: 'mysql', url: new URL(`/${name}`, mariadbUrl()).href, prefix: 'faults_' }
  },
  async redis(t, name) {
    t.after(async () => {
      const admin = new Redis(redisUrl())
      const keys = await admin.keys(`${name}:*`)
      if (keys.length > 0) await admin.del(keys)
      admin.disconnect()
    })
    return { kind: 'redis', url: redisUrl(), prefix: name }
  },
}

type Start = () => Promise<{ readonly server: Service; readonly url: string }>

const ownServer: Readonly<Record<ServerKind | 'redis-cluster' | 'redis-sentinel', Start>> = {
  async postgres() {
    const server = await startPostgres({ durable: true })
    return { server, url: server.url }
  },
  async mysql() {
    const server = await startMariadb({ durable: true })
    const admin = await mysql.createConnection(server.url)
    await admin.query('CREATE DATABASE faults')
    await admin.end()
    return { server, url: new URL('/faults', server.url).href }
  },
  async redis() {
    const server = await startRedis({ appendonly: true })
    return { server, url: server.url }
  },
  async 'redis-cluster'() {
    const server = await startRedisCluster({ appendonly: true })
    return { server, url: server.nodes.map(({ host, port }) => `${host}:${port}`).join(',') }
  },
  async 'redis-sentinel'() {
    const server = await startRedisSentinel({ appendonly: true })
    return { server, url: server.sentinels.map(({ host, port }) => `${host}:${port}`).join(',') }
  },
}
