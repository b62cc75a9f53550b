import { json, type Codec } from '../codec/json.ts'
import { optionError } from '../errors.ts'
import type { CircuitLimits } from '../lib/circuit.ts'
import type { SessionStore } from '../store/contract.ts'
import type { CookieOptions } from '../transport/cookie.ts'
import type { SessionKey } from './contract.ts'
import { resolveLifetime, type LifetimeOptions, type LifetimePreset, type ResolvedLifetime } from './lifetime.ts'
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

/** How long the engine waits for the store. */
export interface StoreTimeoutOptions {
  /** Milliseconds for a read (default 1000). */
  readonly readMs?: number
  /** Milliseconds for a write (default 2000). */
  readonly writeMs?: number
}

/** How much of a failing store a process endures. */
export interface StoreLimitOptions {
  /** So many calls may wait for the store at once (default 1000); more are refused with `ERR_STORE_OVERLOADED`. */
  readonly maxPending?: number
  /** After so many failures in a row the store is given a pause, in which calls are refused at once (default 5). */
  readonly failures?: number
  /** Milliseconds of the pause, give or take a fifth; then one call tries whether the store is back (default 1000). */
  readonly pauseMs?: number
}

/** What the definitions of stored and of sealed sessions have in common. */
export interface SharedOptions<Data extends object> {
  /** The application's name: a word of letters, digits, `-` and `_`. It names the cookie in development, and is the audience of what is sealed. */
  readonly name: string
  /** How long sessions live: a preset, or seconds (default 30 minutes idle, 12 hours absolute). */
  readonly lifetime?: LifetimePreset | LifetimeOptions
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
  /** How long to wait for the store. */
  readonly storeTimeout?: StoreTimeoutOptions
  /** When calls are refused because the store fails or is too slow. */
  readonly storeLimits?: StoreLimitOptions
  /**
   * Plain-http development: a cookie `sid-<name>` without Secure, and warnings on the console
   * (default: whether `NODE_ENV` is `development`).
   */
  readonly development?: boolean
}

/** The shared options, checked and complete. */
export interface ResolvedShared {
  readonly name: string
  readonly lifetime: ResolvedLifetime
  readonly schema: DataSchema<unknown> | undefined
  readonly keepKeys: ReadonlySet<string>
  readonly dataVersion: number
  readonly migrate: { readonly [version: number]: (data: Members) => Members }
  readonly codec: Codec
  readonly readMs: number
  readonly writeMs: number
  readonly storeLimits: CircuitLimits
  readonly development: boolean
}

/** Checks and completes what both kinds of sessions have. */
export function resolveShared<Data extends object>(options: SharedOptions<Data>): ResolvedShared {
  const { codec = json, development = isDevelopment() } = options
  if (typeof options.name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(options.name)) {
    throw optionError('name', 'a word of 1 to 64 letters, digits, `-` and `_`', options.name)
  }
  if (typeof codec?.stringify !== 'function' || typeof codec.parse !== 'function') {
    throw optionError('codec', 'an object with `stringify` and `parse`', codec)
  }
  const { readMs = 1000, writeMs = 2000 } = group('storeTimeout', options.storeTimeout)
  return {
    name: options.name,
    lifetime: resolveLifetime(options.lifetime),
    schema: resolveSchema(options.schema),
    keepKeys: keepKeysOf(group('keys', options.keys)),
    ...resolveMigrations(options),
    codec,
    readMs: positive('storeTimeout.readMs', readMs),
    writeMs: positive('storeTimeout.writeMs', writeMs),
    storeLimits: resolveStoreLimits(options.storeLimits),
    development,
  }
}

function resolveStoreLimits(option: StoreLimitOptions | undefined): CircuitLimits {
  const { maxPending = 1000, failures = 5, pauseMs = 1000 } = group('storeLimits', option)
  return {
    maxPending: positive('storeLimits.maxPending', maxPending),
    failures: positive('storeLimits.failures', failures),
    pauseMs: positive('storeLimits.pauseMs', pauseMs),
  }
}

/** The cookie's options; it is persistent where the sessions are. */
export function resolveCookieOption<C extends CookieOptions>(cookie: C | undefined, lifetime: unknown): C {
  const given = group('cookie', cookie)
  return { ...given, persistent: given.persistent ?? lifetime === 'persistent' }
}

/** Refuses what is no session store. */
export function checkStore(option: string, store: SessionStore): void {
  if (typeof store?.read === 'function' && typeof store.capabilities === 'object') return
  throw optionError(option, 'a session store, such as `new MemoryStore()`', store)
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
  options: SharedOptions<Data>,
): Pick<ResolvedShared, 'dataVersion' | 'migrate'> {
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

/** An option that has members of its own, none of them required. */
export function group<T extends object>(option: string, value: T | undefined): T {
  if (value === undefined) return {} as T
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw optionError(option, 'an object', value)
}

/** A positive whole number. */
export function positive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw optionError(option, 'a positive whole number', value)
}

function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: { NODE_ENV?: string } } }
  return process?.env?.NODE_ENV === 'development'
}
