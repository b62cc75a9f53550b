/**
 * Throw-away database servers for tests, on 127.0.0.1 and in temporary folders. None outlives the process that started it.
 *
 *     node scripts/run.mjs scripts/services.ts    starts what the tests share, prints how to tell them, stays until Ctrl-C
 *
 * @module
 */
import { once } from 'node:events'
import { startApache } from './services/apache.ts'
import { startMariadb } from './services/mariadb.ts'
import { startPgbouncer } from './services/pgbouncer.ts'
import { startPostgres } from './services/postgres.ts'
import { ensureServers } from './services/programs.ts'
import { startRedisCluster } from './services/redis-cluster.ts'
import { startRedisSentinel } from './services/redis-sentinel.ts'
import { startRedis } from './services/redis.ts'
import { allOrNone } from './services/several.ts'

export type { Server, Service } from './services/server.ts'
export {
  ensureServers,
  startApache,
  startMariadb,
  startPgbouncer,
  startPostgres,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
}

/** The servers that all tests share. */
export interface SharedServers {
  /** The environment variables through which `packages/sekisho/test/services.ts` finds them. */
  readonly environment: Readonly<Record<string, string>>
  /** Ends them all. */
  stop(): Promise<void>
}

/** Starts the servers that all tests share, side by side. */
export async function startShared(): Promise<SharedServers> {
  const starting = [postgres(), mariadb(), redis(), redisTls(), redisCluster(), redisSentinel()]
  const shared = await allOrNone(starting)
  return {
    environment: Object.assign({}, ...shared.map(({ environment }) => environment)) as Record<string, string>,
    async stop() {
      await Promise.all(shared.map((one) => one.stop()))
    },
  }
}

async function postgres(): Promise<SharedServers> {
  const server = await startPostgres()
  return { environment: { SEKISHO_TEST_POSTGRES: server.url }, stop: () => server.stop() }
}

async function mariadb(): Promise<SharedServers> {
  const server = await startMariadb()
  return { environment: { SEKISHO_TEST_MARIADB: server.url }, stop: () => server.stop() }
}

async function redis(): Promise<SharedServers> {
  const server = await startRedis()
  return { environment: { SEKISHO_TEST_REDIS: server.url }, stop: () => server.stop() }
}

async function redisTls(): Promise<SharedServers> {
  const server = await startRedis({ tls: true })
  const environment = { SEKISHO_TEST_REDIS_TLS: server.url, SEKISHO_TEST_REDIS_CA: server.ca ?? '' }
  return { environment, stop: () => server.stop() }
}

async function redisCluster(): Promise<SharedServers> {
  const cluster = await startRedisCluster()
  const nodes = cluster.nodes.map(({ host, port }) => `${host}:${port}`).join(',')
  return { environment: { SEKISHO_TEST_REDIS_CLUSTER: nodes }, stop: () => cluster.stop() }
}

async function redisSentinel(): Promise<SharedServers> {
  const set = await startRedisSentinel()
  return { environment: { SEKISHO_TEST_REDIS_SENTINEL: `${set.host}:${set.port}` }, stop: () => set.stop() }
}

async function main(): Promise<void> {
  ensureServers()
  const shared = await startShared()
  const told = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))
  for (const [name, value] of Object.entries(shared.environment)) console.log(`export ${name}='${value}'`)
  const busy = setInterval(() => {}, 60_000)
  await told
  clearInterval(busy)
  await shared.stop()
}

if (import.meta.main) await main()
