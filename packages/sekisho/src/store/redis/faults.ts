import { SekishoError, SekishoUsageError } from '../../errors.ts'

/**
 * What the store throws when the server or the client failed.
 *
 * @param action What was being done, such as `read a record`.
 */
export function storeFault(action: string, error: unknown): Error {
  if (error instanceof SekishoError || error instanceof SekishoUsageError) return error
  if (error instanceof Error && /\bOOM\b/.test(error.message)) {
    const message = `redis could not ${action}: it is at its \`maxmemory\` and evicts nothing; what was stored is untouched`
    return new SekishoError('ERR_STORE_FULL', message, { cause: error })
  }
  return new SekishoError('ERR_STORE_UNAVAILABLE', `redis could not ${action}`, { cause: error })
}
