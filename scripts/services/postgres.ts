/**
 * A throw-away PostgreSQL.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { accountFor, findProgram } from './programs.ts'
import { freePort, Server } from './server.ts'
import { Workplace } from './workplace.ts'

/** How a database server treats what it has acknowledged. */
export interface DatabaseOptions {
  /** Whether a commit is on the disk before it is acknowledged (default `false`, which is faster and loses some in a crash). */
  readonly durable?: boolean
}

/** Starts PostgreSQL with the superuser `postgres`, who needs no password. */
export async function startPostgres({ durable = false }: DatabaseOptions = {}): Promise<Server> {
  const place = new Workplace('postgres', { account: accountFor('postgres'), endSignal: 'QUIT' })
  const data = place.file('data')
  const locale = ['--no-locale', '-E', 'UTF8']
  await place.prepare(findProgram('initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '-N', ...locale)
  const port = await freePort()
  const settings = { ...common, ...(durable ? {} : fast), port }
  return Server.start({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    line: [
      findProgram('postgres'),
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    place,
    gently: 'SIGINT',
    ready: /database system is ready to accept connections/,
    clean: () => removeSharedMemory(data),
  })
}

const common = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 200 }
const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** A killed server leaves a segment of System V shared memory, whose id stands in the seventh line of its pid file. */
function removeSharedMemory(data: string): void {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const id = readFileSync(file, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1]
  if (id !== undefined) spawnSync('ipcrm', ['-m', id], { stdio: 'ignore' })
}
