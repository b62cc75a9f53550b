import { existsSync } from 'node:fs'
import type { DriverName } from '../../config/directives/dbd.ts'
import { mysqlParams } from '../../session/stores/dbd/mysql-params.ts'
import { pgsqlParams } from '../../session/stores/dbd/pgsql-params-node.ts'
import { asRoot, quoted } from './shell.ts'

/** Where a server is, as far as a shell line needs it. Never a password. */
export interface ServerPlace {
  /** Undefined: this machine, by its socket. */
  readonly host: string | undefined
  readonly port: number | undefined
  readonly user: string | undefined
  readonly database: string | undefined
}

/** Where the DBD directives lead. */
export function databasePlace(driver: DriverName, params: string): ServerPlace {
  if (driver === 'sqlite3') return { host: undefined, port: undefined, user: undefined, database: params }
  if (driver === 'mysql') {
    const { host, port, user, database, socketPath } = mysqlParams(params)
    return { host: socketPath ?? host, port, user, database }
  }
  const { connectionString, host, port, user, database } = pgsqlParams(params)
  if (connectionString === undefined) return { host, port, user, database }
  const url = new URL(connectionString)
  const name = decodeURIComponent(url.pathname.slice(1))
  return { host: url.hostname, port: Number(url.port) || undefined, user: url.username, database: name || undefined }
}

/** The shell line that gives a statement to a database, with its own client; a client that needs a password asks for it. */
export function sqlCommand(driver: DriverName, params: string, sql: string): string {
  switch (driver) {
    case 'sqlite3':
      return `sqlite3 ${quoted(params)} ${quoted(sql)}`
    case 'mysql':
      return `mariadb ${mysqlWords(params).map(quoted).join(' ')} -e ${quoted(sql)}`
    case 'pgsql':
      return `psql ${quoted(pgsqlWords(params))} -c ${quoted(sql)}`
  }
}

function mysqlWords(params: string): string[] {
  const { host, port, user, password, database, socketPath } = mysqlParams(params)
  const words = [
    host === undefined ? [] : [`--host=${host}`],
    port === undefined ? [] : [`--port=${port}`],
    socketPath === undefined ? [] : [`--socket=${socketPath}`],
    user === undefined ? [] : [`--user=${user}`],
    password === undefined ? [] : ['--password'],
    database === undefined ? [] : [database],
  ]
  return words.flat()
}

/** libpq reads the same words as DBDParams. */
function pgsqlWords(params: string): string {
  if (/^postgres(?:ql)?:\/\//.test(params)) {
    const url = new URL(params)
    url.password = ''
    return url.href
  }
  return params.replace(/\s*\bpassword\s*=\s*(?:'(?:[^'\\]|\\[^])*'|(?:[^\s'\\]|\\[^])*)/i, '').trim()
}

const services = {
  pgsql: ['postgresql'],
  mysql: ['mariadb', 'mysql', 'mysqld'],
  redis: ['redis-server', 'redis', 'valkey-server', 'valkey'],
} as const

const unitFolders = ['/etc/systemd/system', '/run/systemd/system', '/lib/systemd/system', '/usr/lib/systemd/system']

/** The shell line that starts a server, here or on its own machine. */
export function startCommand(kind: keyof typeof services, host: string | undefined): string {
  const known = services[kind]
  if (isElsewhere(host)) return `ssh ${quoted(host)} sudo systemctl start ${known[0]}`
  const name = known.find((unit) => unitFolders.some((folder) => existsSync(`${folder}/${unit}.service`))) ?? known[0]
  return asRoot(`systemctl start ${name}`)
}

/** Whether a host is another machine than this one, which a socket is at, too. */
export function isElsewhere(host: string | undefined): host is string {
  if (host === undefined || host.startsWith('/')) return false
  return host !== 'localhost' && host !== '::1' && !host.startsWith('127.')
}
