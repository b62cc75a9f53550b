/**
 * A throw-away Apache HTTP Server.
 *
 * @module
 */
import { chownSync, writeFileSync } from 'node:fs'
import { logOf } from './guarded.ts'
import { accountFor, findProgram } from './programs.ts'
import { freePort, Server } from './server.ts'
import { Workplace } from './workplace.ts'

/** How Apache is set up. */
export interface ApacheOptions {
  /** The modules to load, in this order, without `mod_`: `['session', 'session_cookie']`. */
  readonly modules?: readonly string[]
  /** Configuration for the one server there is, as in `httpd.conf`. */
  readonly conf?: string
}

/** Where Debian's package has the modules. */
const moduleFolder = '/usr/lib/apache2/modules'

/** What every configuration needs: a module for processes, one that grants access, and names for its folders. */
const basics = ['mpm_event', 'authz_core'] as const

/** Starts Apache, with one child of 25 threads. It answers 404 where `conf` says nothing else. */
export async function startApache({ modules = [], conf = '' }: ApacheOptions = {}): Promise<Server> {
  const port = await freePort()
  const account = accountFor('www-data')
  const place = new Workplace('apache', { account, endSignal: 'TERM' })
  const file = place.file('httpd.conf')
  const log = logOf(place.path)
  const loaded = [...new Set([...basics, ...modules])]
  const lines = [
    `ServerRoot "${place.path}"`,
    `ServerName 127.0.0.1`,
    `Listen 127.0.0.1:${port}`,
    `PidFile "${place.file('pid')}"`,
    `DefaultRuntimeDir "${place.path}"`,
    `ErrorLog "${log}"`,
    'StartServers 1',
    ...loaded.map((name) => `LoadModule ${name}_module ${moduleFolder}/mod_${name}.so`),
    'ServerLimit 1',
    'ThreadsPerChild 25',
    'MaxRequestWorkers 25',
    `DocumentRoot "${place.path}"`,
    conf,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  // Apache opens the log itself, where others inherit it.
  writeFileSync(log, '')
  if (account !== undefined) chownSync(log, account.uid, account.gid)
  return Server.start({
    url: `http://127.0.0.1:${port}`,
    port,
    line: [findProgram('apache2'), '-D', 'FOREGROUND', '-f', file],
    place,
    ready: /resuming normal operations/,
  })
}
