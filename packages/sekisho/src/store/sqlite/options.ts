import { optionError } from '../../errors.ts'
import { wholeNumber } from '../../lib/whole-number.ts'

/** Settings that every SQLite store has, in this thread or in one of its own. */
export interface SqliteSettings {
  /** The beginning of every table's name (`'sekisho_'`): lower-case letters, digits and `_`, at most 32. */
  readonly prefix?: string
  /**
   * What an acknowledged write survives (`'process'`): a crash of the process, or of the `'machine'`, for which every write
   * waits for the disk.
   */
  readonly durability?: 'process' | 'machine'
  /** How many milliseconds a write waits for another connection's before `ERR_STORE_LOCKED` (1,000). */
  readonly lockTimeoutMs?: number
  /** How many milliseconds a dead session is kept before `sweep` removes it (60,000). */
  readonly sweepGraceMs?: number
}

/** @returns The settings with their defaults. @throws SekishoUsageError `ERR_OPTION`. */
export function checkedSettings(options: SqliteSettings): Required<SqliteSettings> {
  const { prefix = 'sekisho_', durability = 'process' } = options
  if (durability !== 'process' && durability !== 'machine') {
    throw optionError('durability', "'process' or 'machine'", durability)
  }
  return {
    prefix,
    durability,
    lockTimeoutMs: wholeNumber('lockTimeoutMs', options.lockTimeoutMs ?? 1000, 0),
    sweepGraceMs: wholeNumber('sweepGraceMs', options.sweepGraceMs ?? 60_000, 0),
  }
}
