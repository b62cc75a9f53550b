/**
 * Sessions in Redis or Valkey: one server, servers behind Sentinel, or a Cluster.
 *
 * @module
 */
import { optionError, SekishoError } from '../errors.ts'
import { addressError, isAddress } from '../lib/address.ts'
import { channels } from '../lib/events-node.ts'
import type {
  LeaseLock,
  Lifetime,
  NewLifetime,
  PrincipalIndex,
  SessionRecord,
  SessionStore,
  SessionTransfer,
  StoreCapabilities,
  StoredSession,
} from './contract.ts'
import { call, span, type Call } from './redis/call.ts'
import { linkOf, type RedisClient, type RedisClientKind } from './redis/client.ts'
import { Keys } from './redis/keys-node.ts'
import { RedisLocks } from './redis/locks.ts'
import type { RedisParts } from './redis/parts.ts'
import { RedisPrincipals } from './redis/principals.ts'
import { Replicas, type ReplicaWait } from './redis/replicas.ts'
import { bytesOf, listOf, oneOf, textOf } from './redis/reply.ts'
import { createScript, deleteScript, keepScript, readScript, replaceScript, touchScript } from './redis/scripts-node.ts'
import { RedisTransfer } from './redis/transfer.ts'
import { bodyOf, storedOf, writeIdMark } from './redis/value-node.ts'
import { wholeNumber } from '../lib/whole-number.ts'

export { linkOf as redisLink, type RedisClient, type RedisClientKind } from './redis/client.ts'
export type {
  Argument as RedisArgument,
  Command as RedisCommand,
  Link as RedisLink,
  Master as RedisMaster,
} from './redis/link.ts'
export type { ReplicaWait } from './redis/replicas.ts'

const createWords = ['created', 'exists'] as const
const replaceWords = ['replaced', 'conflict', 'gone'] as const
const touchWords = ['touched', 'gone'] as const
const deleteWords = ['deleted', 'conflict', 'gone'] as const
/** After these nothing has to be confirmed. */
const nothingWritten: ReadonlySet<string> = new Set(['conflict', 'gone'])

/** Settings of a {@link RedisStore}. */
export interface RedisStoreOptions {
  /**
   * The client, yours to connect and to close: node-redis 5 or later (a client, a pool, a cluster, a sentinel), ioredis or
   * iovalkey (a client, a cluster), or Valkey GLIDE (a client, a cluster). It must have no `keyPrefix`.
   */
  readonly client: RedisClient
  /** What kind of client it is, for one that is wrapped; otherwise it is told by its members. */
  readonly clientKind?: RedisClientKind
  /** The beginning of every key (`sekisho:`): 1 to 64 letters, digits, `:`, `.`, `_` and `-`. */
  readonly prefix?: string
  /** How many milliseconds the server keeps a dead session before it drops it by itself (60,000). */
  readonly graceMs?: number
  /**
   * Whether a login, a deletion, a raised epoch and an entry of the principal index wait until replicas have them, so that
   * a failover undoes no login and no logout: by default for one replica, for at most 250 ms, where the server has any.
   */
  readonly waitForReplicas?: ReplicaWait
  /**
   * What you know of the servers (`'no'`): that a write that was acknowledged survives a crash of the server's `'process'`
   * (`appendonly yes`), or of its `'machine'` (`appendfsync always` too). The store cannot see it, and only passes it on.
   */
  readonly durable?: StoreCapabilities['durable']
}

/**
 * One key per session, which the server drops by itself; one script per verb, which is one round trip; and the server's
 * clock for everything.
 *
 * @example
 * ```ts
 * const client = await createClient({ url: 'redis://127.0.0.1:6379' }).on('error', report).connect()
 * const sessions = defineSession({ store: new RedisStore({ client }) })
 * ```
 */
export class RedisStore implements SessionStore {
  /** Shared by everybody who has the servers; nothing to sweep. */
  readonly capabilities: StoreCapabilities
  /** Clients send text faster than octets, and what they read is decoded in one piece. */
  readonly textual = true
  /** The sessions of each principal. */
  readonly principals: PrincipalIndex
  /** Exclusive use of single sessions. */
  readonly locks: LeaseLock
  /** All sessions at once. */
  readonly transfer: SessionTransfer

  readonly #parts: RedisParts
  readonly #grace: string

  /**
   * Sends nothing.
   *
   * @param options Settings; a wrong one is refused here.
   */
  constructor(options: RedisStoreOptions) {
    const parts = checked(options)
    this.#parts = parts
    this.#grace = String(parts.graceMs)
    this.capabilities = Object.freeze({ durable: durability(options), shared: true, fenced: true, sweeps: false })
    this.principals = new RedisPrincipals(parts)
    this.locks = new RedisLocks(parts)
    this.transfer = new RedisTransfer(parts, (address) => this.read(address))
  }

  /** @returns The live record, or `undefined`; a value that is no record raises `rejected`. */
  read(address: string, lent = false): Promise<StoredSession | undefined> {
    if (!isAddress(address)) return Promise.resolve(undefined)
    const { link, keys } = this.#parts
    const reading = { action: 'read a record', script: readScript, key: keys.session(address), args: [] }
    return call(link, reading, (reply) => liveOf(address, bytesOf(reply), lent))
  }

  /**
   * Writes a new record with version 1. A login resolves once replicas know of it, and so does the mark of a sealed session
   * that has ended, which is a record without a secret.
   */
  async create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    if (!isAddress(address)) throw addressError(address)
    const { link, keys } = this.#parts
    const writeId = record.writeIds.at(-1)
    const mark = writeId === undefined ? '' : writeIdMark(writeId)
    const { fields, content } = bodyOf(record)
    const words = `${span(lifetime.idleMs)} ${span(lifetime.absoluteMs)} ${this.#grace} ${fields} ${mark}`
    const creating = {
      action: 'create a record',
      script: createScript,
      key: keys.session(address),
      args: [words, content],
    }
    if (record.principal === undefined && record.current !== '') return oneOf(await call(link, creating), createWords)
    const { answer, kept } = await this.#lasting('create', creating, ['1', mark])
    const outcome = oneOf(answer, createWords)
    if (kept === 'gone' || (kept === 'other' && outcome === 'created')) throw undone(creating)
    return outcome
  }

  /** Replaces a live record of exactly this version. A login resolves once replicas know of it. */
  replace(
    address: string,
    record: SessionRecord,
    version: number,
    lifetime: Lifetime,
    writeId: string,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    if (!isAddress(address)) return Promise.resolve('gone')
    const { link, keys } = this.#parts
    const mark = writeIdMark(writeId)
    const { fields, content } = bodyOf(record)
    const [idle, absolute] = spans(lifetime)
    const words = `${version} ${idle} ${absolute} ${this.#grace} ${fields} ${mark}`
    const replacing = {
      action: 'replace a record',
      script: replaceScript,
      key: keys.session(address),
      args: [words, content],
    }
    if (absolute === '') return call(link, replacing, replaced)
    // A record that does not remember its write cannot be told from another one.
    const memory = record.writeIds.includes(writeId) ? mark : ''
    return this.#replaceLasting(replacing, [String(version + 1), memory])
  }

  async #replaceLasting(
    replacing: Call,
    written: readonly [version: string, mark: string],
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    const { answer, kept } = await this.#lasting('replace', replacing, written)
    const outcome = replaced(answer)
    if (outcome !== 'replaced' || kept === 'kept') return outcome
    // What a failover has undone is a conflict like any other: the engine looks at what is there, and logs in again.
    return kept === 'other' ? 'conflict' : 'gone'
  }

  /** Moves the deadlines of a live record forward, never back. */
  async touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    const { link, keys } = this.#parts
    const args = [...spans(lifetime), this.#grace]
    const touching = { action: 'touch a record', script: touchScript, key: keys.session(address), args }
    return oneOf(await call(link, touching), touchWords)
  }

  /**
   * Removes a record, of this version where one is given, and resolves once replicas know of it. That is waited for when
   * there was none, too: it may be somebody else who has just removed it.
   */
  async delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'> {
    if (!isAddress(address)) return 'gone'
    const { link, keys, replicas } = this.#parts
    const expected = version === undefined ? '' : String(version)
    const deleting = { action: 'delete a record', script: deleteScript, key: keys.session(address) }
    const [answer, online] = listOf(await call(link, { ...deleting, args: [expected, replicas.count] }))
    const outcome = oneOf(answer, deleteWords)
    if (outcome === 'conflict') return outcome
    const again = { ...deleting, args: [expected, 'again'] }
    const second = await replicas.confirm(link, online, { verb: 'delete', again })
    // A master that has just taken over may hold another version.
    const isUndone = second !== undefined && oneOf(listOf(second)[0], deleteWords) === 'conflict'
    return isUndone ? 'conflict' : outcome
  }

  /** Removes nothing: the server drops what is dead. @returns 0. */
  async sweep(_limit: number): Promise<number> {
    return 0
  }

  /**
   * A write that a failover must not undo.
   *
   * @param written The version that it wrote, and the mark of its write id.
   * @returns Its answer, and whether what it wrote was still there a moment later.
   */
  async #lasting(
    verb: 'create' | 'replace',
    writing: Call,
    written: readonly [version: string, mark: string],
  ): Promise<{ answer: unknown; kept: 'kept' | 'other' | 'gone' }> {
    const { link, replicas } = this.#parts
    const [answer, online] = listOf(await call(link, { ...writing, args: [...writing.args, replicas.count] }))
    if (nothingWritten.has(textOf(answer))) return { answer, kept: 'kept' }
    const again = { ...writing, script: keepScript, args: [...written, this.#grace] }
    const second = await replicas.confirm(link, online, { verb, again })
    return { answer, kept: second === undefined ? 'kept' : oneOf(second, ['kept', 'other', 'gone']) }
  }
}

/** @returns The record in the server's reply, unless it is dead or none at all. */
function liveOf(address: string, reply: Buffer | undefined, lent: boolean): StoredSession | undefined {
  if (reply === undefined) return undefined
  const stored = storedOf(reply, lent)
  if (stored === undefined) {
    channels.rejected.publish({ reason: 'malformed-record', address })
    return undefined
  }
  if (stored.now < stored.idleDeadline && stored.now < stored.absoluteDeadline) return stored
  channels.expired.publish({ address })
  return undefined
}

function replaced(reply: unknown): 'replaced' | 'conflict' | 'gone' {
  return oneOf(reply, replaceWords)
}

function undone({ action }: Call): SekishoError {
  const message = `redis did ${action}, but it was no longer there a moment later: a failover undid it, or it was deleted at once`
  return new SekishoError('ERR_STORE_UNAVAILABLE', message)
}

/** The absolute lifetime is left out where it stays as it is. */
function spans({ idleMs, absoluteMs }: Lifetime): readonly [string, string] {
  return [span(idleMs), absoluteMs === undefined ? '' : span(absoluteMs)]
}

function checked(options: RedisStoreOptions): RedisParts {
  const { client, clientKind, prefix = 'sekisho:', graceMs = 60_000, waitForReplicas = {} } = options
  wholeNumber('graceMs', graceMs, 0)
  if (typeof waitForReplicas !== 'object' || waitForReplicas === null) {
    throw optionError('waitForReplicas', 'an object such as `{ replicas: 1, timeoutMs: 250 }`', waitForReplicas)
  }
  return { link: linkOf(client, clientKind), keys: new Keys(prefix), replicas: new Replicas(waitForReplicas), graceMs }
}

function durability({ durable = 'no' }: RedisStoreOptions): StoreCapabilities['durable'] {
  if (durable === 'no' || durable === 'process' || durable === 'machine') return durable
  throw optionError('durable', "'no', 'process' or 'machine'", durable)
}
