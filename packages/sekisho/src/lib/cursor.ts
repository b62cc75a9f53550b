import { SekishoUsageError, shown } from '../errors.ts'

/** What `scan` throws for a cursor that no page of this store can have given. */
export function cursorError(cursor: string): SekishoUsageError {
  const expected = '`cursor` must be the `next` of an earlier page of this store, or absent'
  return new SekishoUsageError('ERR_ARGUMENT', `${expected}; received ${shown(cursor)}`)
}
