import { json, type Codec } from '../codec/json.ts'
import { optionError } from '../errors.ts'
import type { SessionStore } from '../store/contract.ts'
import { cookieTransport, type CookieOptions } from '../transport/cookie.ts'
import type { Transport } from '../transport/contract.ts'
import type { SessionKey } from './contract.ts'
import {
  milliseconds,
  resolveLifetime,
  type LifetimeOptions,
  type LifetimePreset,
  type ResolvedLifetime,
} from './lifetime.ts'
import type { Members } from './merge.ts'

/** A Standard Schema (standardschema.dev, version 1), as far as it is used: valibot, zod and arktype make them. */
export interface DataSchema<Data> {
  /** The interface of the specification. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1
    /** The library that made the schema. */
    readonly vendor: string
    /** Validates; issues name the path that failed. */
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
    /** The types, for inference only. */
    readonly types?: { readonly input: unknown; readonly output: Data } | undefined
  }
}

/** What a Standard Schema answers: a value, or issues with their paths. */
export interface SchemaResult {
  /** What failed; absent when all is well. */
  readonly issues?:
    | readonly { readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined }[]
    | undefined
}

/** What is declared about one key of the data. */
export interface KeyOptions {
  /** `keep`: what an anonymous visitor stored under this key is safe to take over into the session after a login (default: it is dropped). */
  readonly beforeLogin?: 'keep'
}

/** When the secret is replaced. */
export interface RotationOptions {
  /** Seconds after which a session gets a new secret (default 900, 15 minutes). */
  readonly every?: number
  /** Seconds for which the old secret goes on working once the new one has been seen (default 30). */
  readonly grace?: number
}

/** How long the engine waits for the store. */
export interface StoreTimeoutOptions {
  /** Milliseconds for a read (default 1000). */
  readonly readMs?: number
  /** Milliseconds for a write (default 2000). */
  readonly writeMs?: number
}

/** How dead records are removed from stores that need it. */
export interface SweepOptions {
  /** Seconds between two sweeps, give or take a tenth (default 60). */
  readonly every?: number
  /** At most so many records are removed at once (default 1000). */
  readonly limit?: number
}

/** What `defineSession` takes. */
export interface SessionOptions<Data extends object> {
  /** The application's name: a word of letters, digits, `-` and `_`. It names the cookie in development, and is the audience of what is sealed. */
  readonly name: string
  /** Where sessions are stored. */
  readonly store: SessionStore
  /** The cookie (default `__Host-sid; Path=/; Secure; HttpOnly; SameSite=Lax`). */
  readonly cookie?: CookieOptions
  /** How long sessions live: a preset, or seconds (default 30 minutes idle, 12 hours absolute). */
  readonly lifetime?: LifetimePreset | LifetimeOptions
  /** When the secret is replaced; `false`: only at login and by `rotate()`. */
  readonly rotation?: RotationOptions | false
  /** Checks data when it is read: a key that fails reads as undefined, and stays stored. It checks, and never transforms. */
  readonly schema?: DataSchema<Data>
  /** What is declared about single keys. */
  readonly keys?: { readonly [K in SessionKey<Data>]?: KeyOptions }
  /** The version of the data's layout (default 1). */
  readonly dataVersion?: number
  /**
   * For each older version, the step to the next one, without a gap up to `dataVersion`. Data older than the first step
   * reads as empty; data of a newer version is read as it stands and keeps its version.
   */
  readonly migrate?: { readonly [version: number]: (data: Record<string, unknown>) => Record<string, unknown> }
  /** How data becomes text (default: JSON that refuses what it cannot keep). */
  readonly codec?: Codec
  /** The most octets that the encoded data may have (default 1 MiB). */
  readonly maxBytes?: number
  /** How long to wait for the store. */
  readonly storeTimeout?: StoreTimeoutOptions
  /** Milliseconds for which a conflicting write is merged and tried again (default 5000). */
  readonly conflictTimeoutMs?: number
  /** How dead records are removed; `false`: not by this process. */
  readonly sweep?: SweepOptions | false
  /**
   * Plain-http development: a cookie `sid-<name>` without Secure, and warnings on the console
   * (default: whether `NODE_ENV` is `development`).
   */
  readonly development?: boolean
}

/** The options, checked and complete. */
export interface ResolvedOptions {
  readonly name: string
  readonly store: SessionStore
  readonly transport: Transport
  readonly lifetime: ResolvedLifetime
  readonly rotation: { readonly everyMs: number; readonly graceMs: number }
  readonly schema: DataSchema<unknown> | undefined
  readonly keepKeys: ReadonlySet<string>
  readonly dataVersion: number
  readonly migrate: { readonly [version: number]: (data: Members) => Members }
  readonly codec: Codec
  readonly maxBytes: number
  readonly readMs: number
  readonly writeMs: number
  readonly conflictMs: number
  readonly sweep: { readonly everyMs: number; readonly limit: number } | undefined
  readonly development: boolean
}

/** Checks and completes all options; what is unsafe or impossible is refused here, not at the first request. */
export function resolveOptions<Data extends object>(options: SessionOptions<Data>): ResolvedOptions {
  const { store, codec = json, development = isDevelopment() } = options
  if (typeof options.name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(options.name)) {
    throw optionError('name', 'a word of 1 to 64 letters, digits, `-` and `_`', options.name)
  }
  if (typeof store?.read !== 'function' || typeof store.capabilities !== 'object')
    throw optionError('store', 'a session store, such as `new MemoryStore()`', store)
  if (typeof codec?.stringify !== 'function' || typeof codec.parse !== 'function') {
    throw optionError('codec', 'an object with `stringify` and `parse`', codec)
  }
  const cookie = group('cookie', options.cookie)
  const { readMs = 1000, writeMs = 2000 } = group('storeTimeout', options.storeTimeout)
  const persistent = cookie.persistent ?? options.lifetime === 'persistent'
  return Object.freeze({
    name: options.name,
    store,
    transport: cookieTransport({ application: options.name, development, cookie: { ...cookie, persistent } }),
    lifetime: resolveLifetime(options.lifetime),
    rotation: resolveRotation(options.rotation),
    schema: resolveSchema(options.schema),
    keepKeys: keepKeysOf(group('keys', options.keys)),
    ...resolveMigrations(options),
    codec,
    maxBytes: positive('maxBytes', options.maxBytes ?? 1024 * 1024),
    readMs: positive('storeTimeout.readMs', readMs),
    writeMs: positive('storeTimeout.writeMs', writeMs),
    conflictMs: positive('conflictTimeoutMs', options.conflictTimeoutMs ?? 5000),
    sweep: resolveSweep(options.sweep, store),
    development,
  })
}

function resolveRotation(option: RotationOptions | false | undefined): ResolvedOptions['rotation'] {
  if (option === false) return { everyMs: Number.POSITIVE_INFINITY, graceMs: 30_000 }
  const { every = 900, grace = 30 } = group('rotation', option)
  const everyMs = milliseconds('rotation.every', every)
  const graceMs = milliseconds('rotation.grace', grace)
  if (graceMs >= everyMs) throw optionError('rotation.grace', 'shorter than `rotation.every`', grace)
  return { everyMs, graceMs }
}

function resolveSchema<Data>(schema: DataSchema<Data> | undefined): DataSchema<unknown> | undefined {
  if (schema === undefined || typeof schema?.['~standard']?.validate === 'function') return schema
  throw optionError('schema', 'a Standard Schema (an object with `~standard`)', schema)
}

function keepKeysOf(keys: { readonly [key: string]: KeyOptions | undefined }): ReadonlySet<string> {
  const kept = new Set<string>()
  for (const [key, declared] of Object.entries(keys)) {
    const { beforeLogin } = group(`keys.${key}`, declared)
    if (beforeLogin === undefined) continue
    if (beforeLogin !== 'keep') throw optionError(`keys.${key}.beforeLogin`, "'keep' or absent", beforeLogin)
    kept.add(key)
  }
  return kept
}

function resolveMigrations<Data extends object>(
  options: SessionOptions<Data>,
): Pick<ResolvedOptions, 'dataVersion' | 'migrate'> {
  const { dataVersion = 1 } = options
  const migrate = group('migrate', options.migrate)
  if (!Number.isInteger(dataVersion) || dataVersion < 1)
    throw optionError('dataVersion', 'a whole number from 1', dataVersion)
  for (const [version, step] of Object.entries(migrate)) {
    if (!(Number(version) >= 1 && Number(version) < dataVersion))
      throw optionError(`migrate[${version}]`, 'absent: steps begin at a version below `dataVersion`', step)
  }
  const oldest = Math.max(1, Math.min(dataVersion - 1, ...Object.keys(migrate).map(Number)))
  for (let version = oldest; version < dataVersion; version += 1) {
    if (typeof migrate[version] !== 'function')
      throw optionError(`migrate[${version}]`, 'a function: no step may be missing', migrate[version])
  }
  return { dataVersion, migrate }
}

function resolveSweep(option: SweepOptions | false | undefined, store: SessionStore): ResolvedOptions['sweep'] {
  if (option === false) return undefined
  const { every = 60, limit = 1000 } = group('sweep', option)
  const sweep = { everyMs: milliseconds('sweep.every', every), limit: positive('sweep.limit', limit) }
  return store.capabilities.sweeps ? sweep : undefined
}

/** An option that has members of its own, none of them required. */
function group<T extends object>(option: string, value: T | undefined): T {
  if (value === undefined) return {} as T
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw optionError(option, 'an object', value)
}

function positive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw optionError(option, 'a positive whole number', value)
}

function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: { NODE_ENV?: string } } }
  return process?.env?.NODE_ENV === 'development'
}
