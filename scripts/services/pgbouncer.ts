/**
 * A throw-away PgBouncer.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { accountFor, findProgram } from './programs.ts'
import { freePort, Server, type Service } from './server.ts'
import { Workplace } from './workplace.ts'

/** Starts PgBouncer in front of a PostgreSQL: each transaction gets whichever of four connections is free. */
export async function startPgbouncer({ host, port: behind }: Pick<Service, 'host' | 'port'>): Promise<Server> {
  const place = new Workplace('pgbouncer', { account: accountFor('postgres'), endSignal: 'TERM' })
  const port = await freePort()
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 4,
    max_client_conn: 200,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const file = place.file('pgbouncer.ini')
  const databases = ['[databases]', `* = host=${host} port=${behind} user=postgres`]
  writeFileSync(file, [...databases, '[pgbouncer]', ...lines, ''].join('\n'))
  return Server.start({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    line: [findProgram('pgbouncer'), file],
    place,
    gently: 'SIGINT',
    ready: /process up/,
  })
}
