/**
 * A throw-away Redis server.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { makeCertificates, type Certificates } from './certificates.ts'
import { findProgram } from './programs.ts'
import { freePort, Server } from './server.ts'
import { Workplace } from './workplace.ts'

/** How a Redis server is set up. */
export interface RedisOptions {
  /** Whether a write is in a file on the disk before it is acknowledged (default `false`: nothing outlives the process). */
  readonly appendonly?: boolean
  /** Whether it speaks TLS, and only that (default `false`). */
  readonly tls?: boolean
  /** The most memory that data may take, as Redis writes it: `64mb` (default: no limit). */
  readonly maxmemory?: string
  /** What to evict when memory is used up (default `noeviction`). */
  readonly policy?: string
}

/** A Redis server, and what a client of it must know. */
export type RedisServer = Server & {
  /** The file of the certificate authority that clients must trust; `undefined` without TLS. */
  readonly ca: string | undefined
}

/** Starts Redis. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { tls = false, maxmemory = '0', policy = 'noeviction' } = options
  const port = await freePort()
  const place = new Workplace('redis')
  const certificates = tls ? await makeCertificates(place) : undefined
  const server = await launchRedis({
    place,
    port,
    scheme: tls ? 'rediss' : 'redis',
    settings: {
      ...listening(port, certificates),
      ...persistence(options),
      maxmemory,
      'maxmemory-policy': policy,
    },
  })
  return Object.assign(server, { ca: certificates?.ca })
}

/** Settings of a configuration file. */
export type RedisSettings = Readonly<Record<string, string | number>>

/** The settings that say what outlives a process. */
export function persistence({ appendonly = false }: Pick<RedisOptions, 'appendonly'>): RedisSettings {
  return { save: '""', appendonly: appendonly ? 'yes' : 'no', appendfsync: 'always' }
}

function listening(port: number, certificates: Certificates | undefined): RedisSettings {
  if (certificates === undefined) return { port }
  const { ca, certificate, key } = certificates
  return {
    port: 0,
    'tls-port': port,
    'tls-ca-cert-file': ca,
    'tls-cert-file': certificate,
    'tls-key-file': key,
    'tls-auth-clients': 'no',
  }
}

/** One process of Redis, in whatever role. */
export interface RedisLaunch {
  readonly place: Workplace
  readonly port: number
  readonly settings: RedisSettings
  readonly scheme?: 'redis' | 'rediss'
  /** Arguments after the configuration file, such as `--sentinel`. */
  readonly arguments?: readonly string[]
  /** What it prints when it takes connections (default: what a plain server prints). */
  readonly ready?: RegExp
}

/** Starts one process of Redis on a configuration file, which it may write anew when its role changes. */
export function launchRedis({ place, port, settings, scheme = 'redis', ...rest }: RedisLaunch): Promise<Server> {
  const file = place.file('redis.conf')
  const lines = Object.entries({ bind: '127.0.0.1', dir: place.path, daemonize: 'no', ...settings })
  writeFileSync(file, lines.map(([name, value]) => `${name} ${value}\n`).join(''))
  return Server.start({
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    line: [findProgram('redis-server'), file, ...(rest.arguments ?? [])],
    place,
    ready: rest.ready ?? /Ready to accept connections/,
  })
}

/** What a server answers to a command, one line per element. Rejects when it does not answer within 5 s. */
export async function askRedis(port: number, ...command: string[]): Promise<string[]> {
  const line = ['-h', '127.0.0.1', '-p', String(port), ...command]
  const { stdout } = await promisify(execFile)(findProgram('redis-cli'), line, { timeout: 5_000 })
  return stdout.trim().split('\n')
}
