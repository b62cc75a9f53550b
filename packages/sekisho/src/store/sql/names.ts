import { optionError } from '../../errors.ts'

/** The tables of a SQL store. */
export interface TableNames {
  /** One row per session. */
  readonly sessions: string
  /** Which sessions a principal has. */
  readonly principals: string
  /** The epoch of each principal that was ever revoked. */
  readonly epochs: string
  /** Leases. */
  readonly locks: string
}

/**
 * @param prefix The beginning of every table's name: a letter or `_`, then letters, digits and `_`, at most 32 in all.
 * @returns The names, safe to stand in SQL without quotes.
 * @throws SekishoUsageError `ERR_OPTION`.
 */
export function tableNames(prefix: string): TableNames {
  if (typeof prefix !== 'string' || !/^[a-z_][a-z0-9_]{0,31}$/.test(prefix)) {
    throw optionError('prefix', 'at most 32 lower-case letters, digits and `_`, not beginning with a digit', prefix)
  }
  return {
    sessions: `${prefix}sessions`,
    principals: `${prefix}principals`,
    epochs: `${prefix}epochs`,
    locks: `${prefix}locks`,
  }
}
