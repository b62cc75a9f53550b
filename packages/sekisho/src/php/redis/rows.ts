import { SekishoError } from '../../errors.ts'
import { pause } from '../../lib/pause.ts'
import type { Row, RowStore } from '../../store/rows.ts'
import { lockedError } from './lock.ts'
import { bytesOf, isRedisId, textOf, type PhpRedisServer } from './server.ts'

/** The value and its milliseconds to live. KEYS: session. */
const getScript = `
local value = redis.call('GET', KEYS[1])
if not value then return nil end
return { value, redis.call('PTTL', KEYS[1]) }`.trim()

/** KEYS: session, lock. ARGV: data, milliseconds, the data that must be there. Nobody writes where somebody has the lock. */
const updateScript = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 'locked' end
if redis.call('GET', KEYS[1]) ~= ARGV[3] then return 'changed' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'done'`.trim()

/** KEYS: session, lock. ARGV: the data that must be there. */
const deleteScript = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 'locked' end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'changed' end
redis.call('DEL', KEYS[1])
return 'done'`.trim()

/** What {@link RedisRows} works with. */
export interface RedisRowsTerms {
  readonly server: PhpRedisServer
  readonly waitMs: number
}

/** One write of a row. */
interface Written {
  readonly action: string
  readonly text: string
  readonly args: readonly (string | Uint8Array)[]
}

/**
 * phpredis' sessions as rows. No lock is taken: a write is one step that compares and swaps, and that waits while somebody has
 * the lock. A PHP that locks its sessions therefore loses nothing, and neither do we.
 */
export class RedisRows implements RowStore<Uint8Array> {
  readonly durable = 'no'
  readonly shared = true
  readonly resource: object = this
  readonly #terms: RedisRowsTerms

  constructor(terms: RedisRowsTerms) {
    this.#terms = terms
  }

  async get(id: string): Promise<Row<Uint8Array> | undefined> {
    if (!isRedisId(id)) return undefined
    const { session } = this.#terms.server.keys(id)
    const reply = await this.#terms.server.script('read a session', { text: getScript, keys: [session], args: [] })
    if (!Array.isArray(reply)) return undefined
    const [value, left] = reply as unknown[]
    const data = bytesOf(value)
    if (data === undefined) return undefined
    const ttl = Number(textOf(left))
    return { data, expiresAt: ttl < 0 ? Number.POSITIVE_INFINITY : Date.now() + ttl }
  }

  insert(id: string, data: Uint8Array, dueMs: number): Promise<boolean> {
    return this.#set(id, 'NX', data, dueMs)
  }

  update(id: string, data: Uint8Array, dueMs: number): Promise<boolean> {
    return this.#set(id, 'XX', data, dueMs)
  }

  updateIf(id: string, data: Uint8Array, expected: Uint8Array, dueMs: number): Promise<boolean> {
    return this.#write(id, { action: 'write a session', text: updateScript, args: [data, span(dueMs), expected] })
  }

  async delete(id: string): Promise<boolean> {
    const { session } = this.#terms.server.keys(id)
    return textOf(await this.#terms.server.run('remove a session', session, ['del', session])) === '1'
  }

  deleteIf(id: string, expected: Uint8Array): Promise<boolean> {
    return this.#write(id, { action: 'remove a session', text: deleteScript, args: [expected] })
  }

  /** Asks whether the server can be reached. */
  async ready(): Promise<void> {
    const { session } = this.#terms.server.keys('sekisho-ready')
    await this.#terms.server.run('look for a session', session, ['exists', session])
  }

  /** @param where `NX`: where there is no row; `XX`: where there is one. @returns Whether it was so. */
  async #set(id: string, where: 'NX' | 'XX', data: Uint8Array, dueMs: number): Promise<boolean> {
    const { session } = this.#terms.server.keys(id)
    const command = ['set', session, data, where, 'PX', span(dueMs)] as const
    return textOf(await this.#terms.server.run('write a session', session, command)) === 'OK'
  }

  /** @returns Whether the row still was what it had been. */
  async #write(id: string, { action, text, args }: Written): Promise<boolean> {
    const { server, waitMs } = this.#terms
    const { session, lock } = server.keys(id)
    const deadline = performance.now() + waitMs
    for (let most = 4; ; most = Math.min(most * 1.5, 20)) {
      const outcome = textOf(await server.script(action, { text, keys: [session, lock], args }))
      if (outcome === 'done') return true
      if (outcome === 'changed') return false
      if (outcome !== 'locked')
        throw new SekishoError('ERR_STORE_UNAVAILABLE', `redis gave no answer when asked to ${action}`)
      if (performance.now() >= deadline) throw lockedError(waitMs)
      await pause(1 + Math.random() * most)
    }
  }
}

/** @returns Milliseconds as the server takes them: at least one, and not beyond its clock. */
function span(ms: number): string {
  return String(Math.ceil(Math.min(Math.max(ms, 1), 2 ** 31 * 1000)))
}
