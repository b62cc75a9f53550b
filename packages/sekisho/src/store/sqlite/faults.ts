import { SekishoError, SekishoUsageError } from '../../errors.ts'

/** The result codes that mean something to the store; https://www.sqlite.org/rescode.html. */
const resultNames: Readonly<Record<number, string>> = {
  1: 'ERROR',
  5: 'BUSY',
  8: 'READONLY',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  15: 'PROTOCOL',
  26: 'NOTADB',
}

/** @returns Whether another connection was in the way, so that the same statement may succeed a little later. */
export function isBusy(error: unknown): boolean {
  const result = resultOf(error)
  // PROTOCOL: two connections have set up the write-ahead log at the same time.
  return result === 'BUSY' || result === 'PROTOCOL'
}

/**
 * @param verb What the store was about to do.
 * @param error What the driver threw.
 * @returns `error` as an error of this library: nothing was written.
 */
export function sqliteFault(verb: string, error: unknown): Error {
  if (error instanceof SekishoError || error instanceof SekishoUsageError) return error
  const why = error instanceof Error ? error.message : 'unknown error'
  const failed = `the SQLite store could not ${verb}: ${why}`
  const options = { cause: error }
  const result = resultOf(error)
  if (result === 'ERROR' && /no such (table|column)|has no column/.test(why)) return schemaFault(failed, options)
  if (result === 'READONLY') {
    const mend = 'open it for writing, and let the process write the file and its directory'
    return new SekishoError('ERR_STORE_SETUP', `${failed}; mend it with: ${mend}`, options)
  }
  if (result === 'FULL') return new SekishoError('ERR_STORE_FULL', `${failed}; make room on its disk`, options)
  if (result === 'CORRUPT' || result === 'NOTADB') {
    const mend = 'look at it with `PRAGMA integrity_check`, and restore it from a copy'
    return new SekishoError('ERR_STORE_UNAVAILABLE', `${failed}; mend it with: ${mend}`, options)
  }
  return new SekishoError('ERR_STORE_UNAVAILABLE', failed, options)
}

/** The tables are missing, or not as this version of the store wants them. */
export function schemaFault(what: string, options?: ErrorOptions): SekishoError {
  const mend = '`await store.ensureSchema()`, or the SQL that `store.schema()` returns'
  return new SekishoError('ERR_STORE_SETUP', `${what}; mend it with: ${mend}`, options)
}

/** The lock was not to be had in time. */
export function lockFault(ms: number): SekishoError {
  const message = `another connection has held the write lock of the database for ${ms} ms`
  return new SekishoError('ERR_STORE_LOCKED', `${message}; end its transaction, or raise \`lockTimeoutMs\``)
}

/** The store was closed. */
export function closedFault(): SekishoError {
  return new SekishoError('ERR_STORE_UNAVAILABLE', 'the SQLite store is closed')
}

/** node:sqlite gives the number as `errcode`, better-sqlite3 and bun:sqlite the name as `code`, with its extension. */
function resultOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return resultNames[errcode & 0xff]
  return typeof code === 'string' ? /^SQLITE_([A-Z]+)/.exec(code)?.[1] : undefined
}
