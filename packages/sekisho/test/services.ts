/**
 * The servers that all tests share. `npm test` starts them; a test keeps to itself by a table, database or key prefix of its
 * own, and drops what it made. Tests that hurt their server start one of their own with `scripts/services.ts`.
 */

/** Where a server listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** PostgreSQL, as a superuser: `postgres://postgres@127.0.0.1:5432/postgres`. */
export function postgresUrl(): string {
  return variable('SEKISHO_TEST_POSTGRES')
}

/** MariaDB, as a superuser and without a database: `mysql://root@127.0.0.1:3306/`. */
export function mariadbUrl(): string {
  return variable('SEKISHO_TEST_MARIADB')
}

/** Redis without TLS: `redis://127.0.0.1:6379`. */
export function redisUrl(): string {
  return variable('SEKISHO_TEST_REDIS')
}

/** Redis that speaks only TLS, and the file of the certificate authority to trust. */
export function redisTls(): { url: string; ca: string } {
  return { url: variable('SEKISHO_TEST_REDIS_TLS'), ca: variable('SEKISHO_TEST_REDIS_CA') }
}

/** The three masters of a Redis Cluster. */
export function redisCluster(): Address[] {
  return variable('SEKISHO_TEST_REDIS_CLUSTER').split(',').map(address)
}

/** A sentinel, and the name of the master that it watches. */
export function redisSentinel(): Address & { name: string } {
  return { ...address(variable('SEKISHO_TEST_REDIS_SENTINEL')), name: 'sekisho' }
}

function address(text: string): Address {
  const { hostname, port } = new URL(`tcp://${text}`)
  return { host: hostname, port: Number(port) }
}

function variable(name: string): string {
  const value = process.env[name]
  if (value !== undefined && value !== '') return value
  throw new Error(
    `this test needs a server, and the environment variable ${name}, which says where it is, is not set. Mend it with one of:
  npm test -- <part of the file's path>       starts the servers
  node scripts/run.mjs scripts/services.ts    starts them, stays, and prints the variables to export in another shell`,
  )
}
