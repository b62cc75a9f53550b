import { SekishoUsageError, shown } from '../errors.ts'

/** Whether this can name a record; any other string names none and never reaches a store. */
export function isAddress(address: string): boolean {
  return address.length === 64 && !/[^0-9a-f]/.test(address)
}

/** What `create` throws for anything else. */
export function addressError(address: string): SekishoUsageError {
  const message = `\`address\` must be 64 lower-case hexadecimal digits; received ${shown(address)}`
  return new SekishoUsageError('ERR_ARGUMENT', message)
}
