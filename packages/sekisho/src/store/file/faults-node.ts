import { SekishoError, SekishoUsageError } from '../../errors.ts'
import { errnoOf } from './fs-node.ts'

/** @returns `error` as an error of this library: the store failed, the old version of the record is intact. */
export function storeFault(verb: string, error: unknown): Error {
  if (error instanceof SekishoError || error instanceof SekishoUsageError) return error
  const why = errnoOf(error) ?? (error instanceof Error ? error.name : 'unknown error')
  return new SekishoError('ERR_STORE_UNAVAILABLE', `the file store could not ${verb}: ${why}`, { cause: error })
}

/**
 * @param what What is wrong, beginning with the path.
 * @param mend The command, or the action, that mends it.
 */
export function setupFault(what: string, mend: string, options?: ErrorOptions): SekishoError {
  return new SekishoError('ERR_STORE_SETUP', `${what}; mend it with: ${mend}`, options)
}

/** @returns `path` as one word of a POSIX shell. */
export function quoted(path: string): string {
  return /^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
