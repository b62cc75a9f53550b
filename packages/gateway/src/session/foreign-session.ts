import { SekishoUsageError } from 'sekisho'

/** A session was given to a keeper that has not opened it. */
export function foreignSession(): SekishoUsageError {
  return new SekishoUsageError('ERR_ARGUMENT', 'argument `session` must be a session that this keeper has opened')
}
