/**
 * The database servers that contenders need. The environment says where they are, to this process and its children; what it
 * does not name is started, as a throw-away instance.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { ensureServers, startMariadb, startPostgres, startRedis, type Server } from '../../scripts/services.ts'
import { findProgram, type Program } from '../../scripts/services/programs.ts'
import type { DatabaseServer } from './contract.ts'

interface Kind {
  /** The program of the server. */
  readonly program: Program
  /** The environment variable with its URL; tests use the same ones. */
  readonly variable: string
  start(): Promise<Pick<Server, 'url' | 'stop'>>
}

const kinds: Readonly<Record<DatabaseServer, Kind>> = {
  postgres: { program: 'postgres', variable: 'SEKISHO_TEST_POSTGRES', start: () => startPostgres() },
  mariadb: { program: 'mariadbd', variable: 'SEKISHO_TEST_MARIADB', start: () => startMariadb() },
  redis: { program: 'redis-server', variable: 'SEKISHO_TEST_REDIS', start: () => startRedis() },
}

/** The URL of a server that {@link startServers} has started, or that the environment names. */
export function serverUrl(server: DatabaseServer): string {
  const url = process.env[kinds[server].variable]
  if (url !== undefined) return url
  throw new Error(`${kinds[server].variable} does not say where ${server} is; mend it with: npm run bench`)
}

/**
 * Starts the servers that are needed and that the environment does not name yet.
 *
 * @returns What stops them.
 */
export async function startServers(needed: Iterable<DatabaseServer | undefined>): Promise<() => Promise<void>> {
  const missing = [...new Set(needed)].filter(isMissing)
  const started: Pick<Server, 'stop'>[] = []
  const stop = async (): Promise<void> => {
    for (const server of started.splice(0)) await server.stop()
  }
  if (missing.length > 0) ensureServers()
  try {
    for (const server of missing) {
      const { variable, start } = kinds[server]
      const running = await start()
      started.push(running)
      process.env[variable] = running.url
    }
    return stop
  } catch (error) {
    await stop()
    throw error
  }
}

/** The versions of drivers and servers, in lines of Markdown. */
export function storeLines(needed: Iterable<DatabaseServer | undefined>): string[] {
  const servers = [...new Set(needed)].filter((server) => server !== undefined)
  const require = createRequire(import.meta.url)
  const { devDependencies } = require('../../package.json') as { devDependencies: Readonly<Record<string, string>> }
  const drivers = ['better-sqlite3', 'pg', 'mysql2', 'ioredis', 'redis', 'connect-redis', 'connect-pg-simple']
  const versions = drivers.map((name) => `${name} ${devDependencies[name] ?? ''}`)
  return [`- drivers: ${versions.join(', ')}`, ...servers.map((server) => `- ${versionOf(kinds[server].program)}`)]
}

function versionOf(program: Program): string {
  const { stdout } = spawnSync(findProgram(program), ['--version'], { encoding: 'utf8' })
  // Some put the path of the program first.
  return stdout.trim().replace(/^\S*\//, '')
}

function isMissing(server: DatabaseServer | undefined): server is DatabaseServer {
  return server !== undefined && process.env[kinds[server].variable] === undefined
}
