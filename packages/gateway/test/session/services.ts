/** The servers that all tests share; `npm test` starts them and says where they are. */

/** PostgreSQL, as a superuser: `postgres://postgres@127.0.0.1:5432/postgres`. */
export function postgresUrl(): URL {
  return variable('SEKISHO_TEST_POSTGRES')
}

/** MariaDB, as a superuser and without a database: `mysql://root@127.0.0.1:3306/`. */
export function mariadbUrl(): URL {
  return variable('SEKISHO_TEST_MARIADB')
}

/** Redis without TLS: `redis://127.0.0.1:6379`. */
export function redisUrl(): URL {
  return variable('SEKISHO_TEST_REDIS')
}

function variable(name: string): URL {
  const value = process.env[name]
  if (value !== undefined && value !== '') return new URL(value)
  throw new Error(
    `this test needs a server, and the environment variable ${name}, which says where it is, is not set. Mend it with one of:
  npm test -- <part of the file's path>       starts the servers
  node scripts/run.mjs scripts/services.ts    starts them, stays, and prints the variables to export in another shell`,
  )
}
