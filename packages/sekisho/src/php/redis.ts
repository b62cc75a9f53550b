import { optionError } from '../errors.ts'
import { wholeNumber } from '../lib/whole-number.ts'
import type { RowStore } from '../store/rows.ts'
import type { IniView, SaveHandlerModule } from './handler/contract.ts'
import { RedisHandler } from './redis/handler.ts'
import type { LockTimes } from './redis/lock.ts'
import { RedisRows } from './redis/rows.ts'
import { PhpRedisServer, type PhpRedisOptions } from './redis/server.ts'

export type { PhpRedisOptions } from './redis/server.ts'

/** Settings of {@link phpRedisRows}. */
export interface PhpRedisRowsOptions extends PhpRedisOptions {
  /** For how many milliseconds a write waits for somebody else's lock (1,500); less than `storeTimeout.writeMs`. */
  readonly waitMs?: number
}

/**
 * phpredis' sessions as rows, for `sharedWithPhp`. Nothing is locked: a write compares and swaps, and waits while PHP has the
 * session's lock.
 *
 * @throws SekishoUsageError `ERR_OPTION`
 */
export function phpRedisRows(options: PhpRedisRowsOptions): RowStore<Uint8Array> {
  const waitMs = wholeNumber('waitMs', options.waitMs ?? 1500, 0)
  return new RedisRows({ server: new PhpRedisServer(options), waitMs })
}

/** Settings of {@link redis}. */
export interface RedisHandlerOptions extends PhpRedisOptions {
  /**
   * Whether a request has its session to itself (`true`). A PHP beside it must say `redis.session.locking_enabled = 1`, which
   * is not its default: whoever does not ask for the lock overwrites what the others have written.
   */
  readonly locking?: boolean
  /** For how many milliseconds somebody else's lock is waited for (30,000). */
  readonly lockWaitMs?: number
  /** Milliseconds after which the server takes a lock back (60,000): longer than any request may take. */
  readonly lockExpireMs?: number
}

/**
 * phpredis' session handler: the same keys and the same locks as a PHP with `session.save_handler = redis`. The settings
 * `redis.session.locking_enabled`, `lock_expire` (s), `lock_wait_time` (µs) and `lock_retries` of the request are honoured
 * where they are given; a lock always expires.
 *
 * @throws SekishoUsageError `ERR_OPTION`
 *
 * @example
 * ```ts
 * const handler = redis({ client: new Redis('redis://127.0.0.1:6379') })
 * ```
 */
export function redis(options: RedisHandlerOptions): SaveHandlerModule {
  const { locking = true, lockWaitMs = 30_000, lockExpireMs = 60_000 } = options
  if (typeof locking !== 'boolean') throw optionError('locking', 'true or false', locking)
  const server = new PhpRedisServer(options)
  const times = {
    waitMs: wholeNumber('lockWaitMs', lockWaitMs, 0),
    expireMs: wholeNumber('lockExpireMs', lockExpireMs, 1),
    everyMs: 10,
  }
  return Object.freeze<SaveHandlerModule>({
    name: 'redis',
    create: (ini) => new RedisHandler({ server, locking: isOn(ini, locking), times: timesOf(ini, times) }, ini),
  })
}

function isOn(ini: IniView, otherwise: boolean): boolean {
  const value = ini.get('redis.session.locking_enabled')
  return value === undefined
    ? otherwise
    : value !== false && !['', '0', 'off', 'no', 'false'].includes(String(value).toLowerCase())
}

/** phpredis' own settings, where the request has them. Its 0 for an expiry would be a lock that stays when PHP is killed. */
function timesOf(ini: IniView, otherwise: LockTimes): LockTimes {
  const number = (name: string): number | undefined => {
    const value = ini.get(`redis.session.${name}`)
    return value === undefined || value === '' ? undefined : Number(value)
  }
  const [expire = 0, micros, retries] = [number('lock_expire'), number('lock_wait_time'), number('lock_retries')]
  const everyMs = micros !== undefined && micros > 0 ? micros / 1000 : otherwise.everyMs
  const waitMs = retries !== undefined && retries >= 0 ? retries * everyMs : otherwise.waitMs
  return { everyMs, waitMs, expireMs: expire > 0 ? expire * 1000 : otherwise.expireMs }
}
