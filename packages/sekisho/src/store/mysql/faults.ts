import { SekishoError } from '../../errors.ts'

/** What the server's error numbers mean to this store. */
const errno = {
  duplicate: 1062,
  deadlock: 1213,
  lockWait: 1205,
  /** MariaDB with `innodb_snapshot_isolation`: the row changed after the statement's snapshot. */
  changedSince: 1020,
  packetTooLarge: 1153,
} as const

/** Errors that say that the database is not set up for the store, or not for this user. */
const setupErrors: ReadonlySet<number> = new Set([
  1044, // access to the database denied
  1046, // no database selected
  1054, // unknown column
  1142, // command denied for the table
  1143, // command denied for a column
  1146, // no such table
])

/** There is no room for more, and everything that is there can be read. */
const fullErrors: ReadonlySet<number> = new Set([
  1021, // disk full
  1114, // the table is full
])

/** The smallest `max_allowed_packet` that servers have been shipped with. */
const suspectBytes = 1_048_576

const tablesMend =
  'run `await store.ensureSchema()` once, or what `store.schema()` returns, as a user who may create tables; ' +
  'the store itself needs SELECT, INSERT, UPDATE and DELETE on them'

/** Whether a row with this key was there already. */
export function isDuplicate(error: unknown): boolean {
  return numberOf(causeOf(error)) === errno.duplicate
}

/** Whether the server has undone the statement because of others and asks for it once more. */
export function isUndone(error: unknown): boolean {
  const number = numberOf(error)
  return number === errno.deadlock || number === errno.changedSince
}

/** Whether rows could not be had because others use them. */
export function isContention(error: unknown): boolean {
  const cause = causeOf(error)
  return isUndone(cause) || numberOf(cause) === errno.lockWait
}

/**
 * @param what What the store was about to do, as in `could not read a record`.
 * @param error What the client threw.
 * @param bytes How large the largest value of the statement was.
 * @returns It as an error of this library, without a value of any parameter in its message.
 */
export function storeFault(what: string, error: unknown, bytes: number): Error {
  const number = numberOf(error)
  if (number !== undefined && setupErrors.has(number)) return setupFault(messageOf(error), tablesMend, error)
  const wrong = `the MySQL store could not ${what}`
  if (number !== undefined && fullErrors.has(number)) {
    const message = `${wrong}: ${messageOf(error)}; make room on the disk of the server`
    return new SekishoError('ERR_STORE_FULL', message, { cause: error })
  }
  if (number === errno.packetTooLarge) {
    const message = `${wrong}: it has ${bytes} bytes, more than \`max_allowed_packet\` of the server; raise that, or set \`maxRecordBytes\` below it`
    return new SekishoError('ERR_STORE_FULL', message, { cause: error })
  }
  // A server that finds a packet far too large hangs up in the middle of it, and says nothing.
  const suspect = isConnectionLost(error) && bytes >= suspectBytes
  const hint = suspect ? ` while ${bytes} bytes were sent; is \`max_allowed_packet\` of the server smaller?` : ''
  return new SekishoError('ERR_STORE_UNAVAILABLE', `${wrong}: ${codeOf(error)}${hint}`, { cause: error })
}

/**
 * A database or a client that cannot be used as it is.
 *
 * @param wrong What is wrong.
 * @param mend What mends it.
 */
export function setupFault(wrong: string, mend: string, cause?: unknown): SekishoError {
  return new SekishoError('ERR_STORE_SETUP', `the MySQL store cannot be used: ${wrong}; mend it with: ${mend}`, {
    cause,
  })
}

function causeOf(error: unknown): unknown {
  return error instanceof SekishoError ? error.cause : error
}

function isConnectionLost(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'PROTOCOL_CONNECTION_LOST'].includes(codeOf(error))
}

function numberOf(error: unknown): number | undefined {
  const number = (error as { errno?: unknown } | undefined)?.errno
  return typeof number === 'number' ? number : undefined
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code
  if (typeof code === 'string') return code
  return error instanceof Error ? error.name : 'unknown error'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : codeOf(error)
}
