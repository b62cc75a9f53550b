import { SekishoError } from '../../errors.ts'

/** SQLSTATEs of a database that is not as the store needs it, and stays so until somebody mends it. */
const setupStates: ReadonlySet<string> = new Set([
  '3F000', // invalid_schema_name
  '42501', // insufficient_privilege
  '42703', // undefined_column
  '42804', // datatype_mismatch
  '42883', // undefined_function: an operator between columns of the wrong type
  '42P01', // undefined_table
  '42P10', // invalid_column_reference: no unique index for ON CONFLICT
  '428C9', // generated_always
])

/** @returns The five characters by which the server names an error, `undefined` where the error is not the server's. */
export function sqlState(error: unknown): string | undefined {
  const code: unknown = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/**
 * @param error What the client threw.
 * @returns It as an error of this library where the server names a cause that concerns the database and not its health; any
 * other error as it is.
 */
export function storeFault(error: unknown): unknown {
  return setupFault(error) ?? fullFault(error) ?? error
}

/** A full disk (53100, disk_full) is no reason to leave the server alone: it still reads. */
function fullFault(error: unknown): SekishoError | undefined {
  if (sqlState(error) !== '53100') return undefined
  const message = `PostgreSQL has no room left: ${messageOf(error)}; make room on its disk`
  return new SekishoError('ERR_STORE_FULL', message, { cause: error })
}

/** @returns What to say about tables that are missing, wrong or closed to this role; `undefined` for any other error. */
function setupFault(error: unknown): SekishoError | undefined {
  const state = sqlState(error)
  if (state === undefined || !setupStates.has(state)) return undefined
  const mend = 'as the owner of the tables, run `await store.ensureSchema()` or the SQL that `store.schema()` gives'
  return setupError(`PostgreSQL says: ${messageOf(error)} (${state})`, mend, { cause: error })
}

/**
 * @param found What is wrong with the database.
 * @param mend What to do about it.
 */
export function setupError(found: string, mend: string, options?: ErrorOptions): SekishoError {
  return new SekishoError(
    'ERR_STORE_SETUP',
    `the session store cannot use its tables: ${found}; mend it: ${mend}`,
    options,
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
