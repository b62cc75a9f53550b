import { SekishoError } from '../../errors.ts'
import { SaveHandlerFailure, type IniView, type SaveHandler } from '../handler/contract.ts'
import { SessionLock, type LockTimes } from './lock.ts'
import { bytesOf, isRedisId, textOf, type PhpRedisServer, type SessionKeys } from './server.ts'

/** KEYS: session, lock. ARGV: data, seconds, holder or '', `new` or `known`. The write and the look at the lock are one step. */
const writeScript = `
if ARGV[3] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[3] then return 'unlocked' end
if ARGV[4] == 'known' and redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
redis.call('SETEX', KEYS[1], ARGV[2], ARGV[1])
return 'written'`.trim()

/** What the handlers of all requests share. */
export interface RedisTerms {
  readonly server: PhpRedisServer
  readonly locking: boolean
  readonly times: LockTimes
}

/** phpredis' handler for one request: the key, and the lock's key from `read` to `close`. */
export class RedisHandler implements SaveHandler {
  readonly #terms: RedisTerms
  readonly #ini: IniView
  #prefix: string | undefined
  #id = ''
  #lock: SessionLock | undefined
  #isKnown = false

  constructor(terms: RedisTerms, ini: IniView) {
    this.#terms = terms
    this.#ini = ini
  }

  /** @param savePath As phpredis reads it; only its `prefix` counts here, because the client is connected already. */
  async open(savePath: string): Promise<boolean> {
    await this.close()
    this.#prefix = prefixOf(savePath)
    return true
  }

  async close(): Promise<boolean> {
    const lock = this.#lock
    this.#lock = undefined
    this.#id = ''
    // A lock that could not be given back goes by itself; the answer need not fail for it.
    await lock?.release().catch(() => this.#ini.warn('Failed to release session lock'))
    return true
  }

  read(id: string): Promise<Uint8Array> {
    return worded(async () => {
      const keys = await this.#locked(id)
      const { server } = this.#terms
      const content = bytesOf(await server.run('read a session', keys.session, ['get', keys.session]))
      this.#isKnown = content !== undefined
      if (content === undefined && this.#ini.allocatesAtStart) await this.#put(keys, new Uint8Array())
      return content ?? new Uint8Array()
    })
  }

  write(id: string, data: Uint8Array): Promise<boolean> {
    return worded(async () => {
      const isHeld = this.#id === id
      if (data.length === 0 && !(isHeld && this.#isKnown)) return true
      const keys = isHeld ? this.#keys(id) : await this.#locked(id)
      await this.#put(keys, data)
      return true
    })
  }

  destroy(id: string): Promise<boolean> {
    return worded(async () => {
      const keys = this.#id === id ? this.#keys(id) : await this.#locked(id)
      await this.#terms.server.run('remove a session', keys.session, ['del', keys.session])
      await this.close()
      return true
    })
  }

  /** The server drops what is dead by itself, and `session_gc()` says `false`. */
  gc(): false {
    return false
  }

  validateId(id: string): Promise<boolean> {
    return worded(async () => {
      if (!isRedisId(id)) return false
      const { session } = this.#keys(id)
      return textOf(await this.#terms.server.run('look for a session', session, ['exists', session])) === '1'
    })
  }

  updateTimestamp(id: string, data: Uint8Array): Promise<boolean> {
    if (this.#id !== id || !this.#isKnown) return this.write(id, data)
    return worded(async () => {
      const { session } = this.#keys(id)
      const command = ['expire', session, this.#seconds] as const
      const reply = await this.#terms.server.run('prolong a session', session, command)
      if (textOf(reply) === '0') this.#warnGone()
      return true
    })
  }

  #keys(id: string): SessionKeys {
    return this.#terms.server.keys(id, this.#prefix)
  }

  async #locked(id: string): Promise<SessionKeys> {
    await this.close()
    if (!isRedisId(id)) throw new SaveHandlerFailure('Session ID is too long or contains illegal characters')
    const keys = this.#keys(id)
    this.#id = id
    this.#isKnown = false
    const { locking, server, times } = this.#terms
    if (!locking) return keys
    const lock = new SessionLock(server, keys)
    if (!(await lock.take(times))) throw new SaveHandlerFailure('Failed to acquire session lock')
    this.#lock = lock
    return keys
  }

  /** Never brings back what another request has ended meanwhile, and writes nothing when the lock has gone to somebody else. */
  async #put({ session, lock }: SessionKeys, data: Uint8Array): Promise<void> {
    const args = [data, this.#seconds, this.#lock?.holder ?? '', this.#isKnown ? 'known' : 'new']
    const reply = await this.#terms.server.script('write a session', { text: writeScript, keys: [session, lock], args })
    const outcome = textOf(reply)
    if (outcome === 'unlocked') throw new SaveHandlerFailure('Session lock expired')
    if (outcome === 'gone') this.#warnGone()
    else this.#isKnown = true
  }

  #warnGone(): void {
    this.#ini.warn('The session was destroyed while this request was running; nothing was written')
  }

  get #seconds(): string {
    const seconds = this.#ini.get('session.gc_maxlifetime')
    return String(seconds > 0 ? Math.min(seconds, 2 ** 31 - 1) : 1440)
  }
}

/** The `prefix` of the first server in a save path such as `tcp://host:6379?prefix=shop:`. */
function prefixOf(savePath: string): string | undefined {
  const query = /^[^\s,?]*\?([^\s,]*)/.exec(savePath)?.[1]
  return new URLSearchParams(query ?? '').get('prefix') ?? undefined
}

/** A server that failed is a warning with its reason, as every failure of a handler. */
async function worded<T>(verb: () => Promise<T>): Promise<T> {
  try {
    return await verb()
  } catch (error) {
    if (!(error instanceof SekishoError)) throw error
    throw new SaveHandlerFailure(error.message, { cause: error })
  }
}
