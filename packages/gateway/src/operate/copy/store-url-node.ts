import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { FileStore } from 'sekisho/store/file'
import { CommandError, exitCodes } from '../../command/terminal/command-error.ts'
import type { NamedStore } from '../readied.ts'
import { PreparedStore, type StoreParts } from '../../session/stores/prepared-store.ts'
import { sqliteOfNode } from '../../lib/sqlite-node.ts'

/** Which end of a copy it is: what is written to is made where it is missing. */
export type Side = 'from' | 'to'

/** A store's URL, taken apart. */
interface Parsed {
  /** Without password, without the part that is ours. */
  readonly id: string
  /** What a driver gets: the URL without the part that is ours. */
  readonly address: string
  /** The beginning of the names of tables or keys; undefined: that of the library. */
  readonly prefix: string | undefined
}

/** Scans and writes of a copy wait longer than requests do. */
const patienceMs = 30_000
const connections = 10

type Opener = (text: string, side: Side) => Promise<{ id: string; parts: StoreParts; trouble?: () => unknown }>

const openers: Readonly<Record<string, Opener>> = {
  file: openFiles,
  sqlite: openSqlite,
  postgres: openPostgres,
  postgresql: openPostgres,
  mysql: openMysql,
  mariadb: openMysql,
  redis: openRedis,
  rediss: openRedis,
}

/** Whether a text is a URL, rather than the path of a configuration. */
export function isStoreUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text)
}

/** Makes the store of a URL, and calls it by the URL without its password; nothing is sent to its server yet. @throws CommandError for a URL that means none. */
export async function openStoreUrl(text: string, side: Side): Promise<NamedStore> {
  const [scheme = ''] = text.toLowerCase().split(':')
  const open = Object.hasOwn(openers, scheme) ? openers[scheme] : undefined
  if (open === undefined) throw badUrl(`nothing is known of ${scheme}:`)
  const { parts, ...rest } = await open(text, side)
  return { ...rest, prepared: new PreparedStore(parts) }
}

async function openFiles(text: string, side: Side): ReturnType<Opener> {
  const directory = pathOf(text, side)
  const store = new FileStore({ directory })
  return { id: `file:${directory}`, parts: { store, prepare: () => store.ready() } }
}

async function openSqlite(text: string, side: Side): ReturnType<Opener> {
  const [address = '', prefix] = text.split('#')
  const file = pathOf(address, side)
  const { DatabaseSync } = sqliteOfNode()
  const { SqliteStore } = await import('sekisho/store/sqlite')
  const database = new DatabaseSync(file)
  const store = made(() => new SqliteStore({ database, ...named(prefix) }))
  const release = async (): Promise<void> => database.close()
  return { id: `sqlite:${file}${behind(prefix)}`, parts: { store, prepare: () => store.ensureSchema(), release } }
}

async function openPostgres(text: string): ReturnType<Opener> {
  const { id, address: connectionString, prefix: place } = parsed(text)
  const [{ default: pg }, { PostgresStore }] = await Promise.all([import('pg'), import('sekisho/store/postgres')])
  const client = new pg.Pool({ connectionString, max: connections, connectionTimeoutMillis: 5000 })
  const [schema, prefix] = place?.includes('.') === true ? place.split('.') : [undefined, place]
  const store = made(() => new PostgresStore({ client, ...named(prefix), ...(schema !== undefined && { schema }) }))
  return { id, parts: { store, prepare: () => store.ensureSchema(), release: () => client.end() } }
}

async function openMysql(text: string): ReturnType<Opener> {
  const { id, address, prefix } = parsed(text)
  const [{ createPool }, { MysqlStore }] = await Promise.all([import('mysql2/promise'), import('sekisho/store/mysql')])
  const client = createPool({ uri: address, connectionLimit: connections, connectTimeout: 5000 })
  const store = made(() => new MysqlStore({ client, ...named(prefix) }))
  return { id, parts: { store, prepare: () => store.ensureSchema(), release: () => client.end() } }
}

async function openRedis(text: string): ReturnType<Opener> {
  const { id, address, prefix } = parsed(text)
  const [{ Redis }, { RedisStore }] = await Promise.all([import('ioredis'), import('sekisho/store/redis')])
  const client = new Redis(address, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    commandTimeout: patienceMs,
    connectTimeout: 5000,
  })
  let trouble: unknown
  client.on('error', (error) => void (trouble = error))
  const store = made(() => new RedisStore({ client, ...named(prefix) }))
  const prepare = async (): Promise<void> => {
    if (client.status === 'wait' || client.status === 'end') await client.connect()
    await client.ping()
  }
  return { id, trouble: () => trouble, parts: { store, prepare, release: async () => client.disconnect() } }
}

/** The prefix stands behind a `#`, for Redis also as `?prefix=`. A driver would not know what to do with either. */
function parsed(text: string): Parsed {
  const url = URL.parse(text)
  if (url === null) throw badUrl('it cannot be read as a URL')
  const prefix = url.searchParams.get('prefix') ?? (url.hash === '' ? undefined : url.hash.slice(1))
  url.searchParams.delete('prefix')
  url.hash = ''
  const address = url.href
  const user = url.username === '' ? '' : `${url.username}@`
  return { id: `${url.protocol}//${user}${url.host}${url.pathname}${behind(prefix)}`, address, prefix }
}

/** `file:/dir`, `file:///dir` and `file:dir`. */
function pathOf(text: string, side: Side): string {
  const path = text.replace(/^[a-z]+:(?:\/\/(?=\/))?/i, '')
  if (path === '') throw badUrl('it has no path')
  const absolute = resolve(path)
  if (side === 'to' || existsSync(absolute)) return absolute
  throw new CommandError({
    code: 'no-such-place',
    what: `${absolute} does not exist`,
    why: 'sessions are to be copied from there',
    fix: 'name the directory or the file in which they are',
  })
}

function named(prefix: string | undefined): { prefix?: string } {
  return prefix === undefined || prefix === '' ? {} : { prefix }
}

function behind(prefix: string | undefined): string {
  return prefix === undefined || prefix === '' ? '' : `#${prefix}`
}

/** A prefix that the store refuses is a mistake in the URL. */
function made<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw badUrl(error instanceof Error ? error.message : String(error))
  }
}

/** The URL itself is not shown: a password may stand in it. */
function badUrl(why: string): CommandError {
  return new CommandError(
    {
      code: 'bad-store-url',
      what: 'What was given is no URL of a store',
      why,
      fix: 'write file:/dir, sqlite:/path, postgres://user@host/database#prefix_, mysql://user@host/database#prefix_ or redis://host:6379/0?prefix=app:',
    },
    { exitCode: exitCodes.usage },
  )
}
