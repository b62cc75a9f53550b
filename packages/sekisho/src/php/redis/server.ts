import { optionError, SekishoError } from '../../errors.ts'
import { deadlines, type Deadlines } from '../../lib/deadlines.ts'
import { wholeNumber } from '../../lib/whole-number.ts'
import {
  redisLink,
  type RedisClient,
  type RedisClientKind,
  type RedisCommand,
  type RedisLink,
} from '../../store/redis.ts'

/** What is common to everything that works in phpredis' layout. */
export interface PhpRedisOptions {
  /**
   * The client, yours to connect and to close: node-redis 5 or later (a client, a pool, a sentinel), ioredis or iovalkey. No
   * cluster: a session and its lock would lie in different slots. It must have no `keyPrefix`.
   */
  readonly client: RedisClient
  /** What kind of client it is, for one that is wrapped; otherwise it is told by its members. */
  readonly clientKind?: RedisClientKind
  /** The beginning of every key (`PHPREDIS_SESSION:`), `prefix=` in PHP's `session.save_path`. */
  readonly prefix?: string
  /** Milliseconds after which a command that was not answered has failed (5,000). Clients have no such limit. */
  readonly timeoutMs?: number
}

/** The keys of one session. */
export interface SessionKeys {
  readonly session: string
  readonly lock: string
}

/** What the name of a lock ends in. No session may have such an id: its data would be the lock of another one. */
const lockSuffix = '_LOCK'
const utf8 = new TextDecoder()

/** A server with PHP's sessions, by the commands that are used. Errors name neither keys nor values: an id is a secret. */
export class PhpRedisServer {
  readonly #link: RedisLink
  readonly #prefix: string
  readonly #timeoutMs: number
  readonly #due: () => Deadlines

  /** Sends nothing. @throws SekishoUsageError `ERR_OPTION` */
  constructor({ client, clientKind, prefix = 'PHPREDIS_SESSION:', timeoutMs = 5000 }: PhpRedisOptions) {
    this.#link = redisLink(client, clientKind)
    if (this.#link.masters !== undefined) {
      throw optionError('client', 'of one server or of its sentinels: PHP keeps no locks in a cluster', client)
    }
    if (typeof prefix !== 'string') throw optionError('prefix', 'a string', prefix)
    this.#prefix = prefix
    this.#timeoutMs = wholeNumber('timeoutMs', timeoutMs, 1)
    this.#due = deadlines(this.#timeoutMs)
  }

  /** @param prefix Another one than the server's own. */
  keys(id: string, prefix: string = this.#prefix): SessionKeys {
    const session = prefix + id
    return { session, lock: session + lockSuffix }
  }

  /**
   * One command.
   *
   * @param action What it does, for an error.
   * @param key The key that it is about.
   */
  run(action: string, key: string, command: RedisCommand): Promise<unknown> {
    const due = this.#due()
    return new Promise((resolve, reject) => {
      const call = due.begin(() => {
        const late = `redis did not answer within ${this.#timeoutMs} ms when asked to ${action}`
        reject(new SekishoError('ERR_STORE_TIMEOUT', late))
      })
      this.#link
        .run(key, command)
        .then(resolve, (error: unknown) => reject(fault(action, error)))
        .finally(() => due.end(call))
    })
  }

  /** A script with the keys of one session. @param action What it does, for an error. */
  script(action: string, { text, keys, args }: Script): Promise<unknown> {
    const [first = ''] = keys
    return this.run(action, first, ['eval', text, String(keys.length), ...keys, ...args])
  }
}

/** A script and what it works with. */
export interface Script {
  readonly text: string
  readonly keys: readonly string[]
  readonly args: readonly (string | Uint8Array)[]
}

/** Whether there can be a session of this id. phpredis takes any; ours must not be the lock of another one. */
export function isRedisId(id: string): boolean {
  return id !== '' && id.length <= 256 && !id.includes('\0') && !id.endsWith(lockSuffix)
}

/** @returns A reply as bytes, `undefined` when there is none. */
export function bytesOf(reply: unknown): Uint8Array | undefined {
  if (reply instanceof Uint8Array) return reply
  if (reply === null || reply === undefined) return undefined
  throw new SekishoError(
    'ERR_STORE_UNAVAILABLE',
    'the redis client gave text where it was asked for bytes; check that it is passed as it is, not wrapped',
  )
}

/** @returns A reply as text, whether the client gave bytes, text or a number. */
export function textOf(reply: unknown): string {
  return reply instanceof Uint8Array ? utf8.decode(reply) : String(reply)
}

/** Errors of clients carry the command, and with it the id and the data: only the words are kept. */
function fault(action: string, error: unknown): SekishoError {
  const said = error instanceof Error ? error.message : 'an unknown error'
  const code = /\bOOM\b/.test(said) ? 'ERR_STORE_FULL' : 'ERR_STORE_UNAVAILABLE'
  return new SekishoError(code, `redis could not ${action}`, { cause: new Error(said) })
}
