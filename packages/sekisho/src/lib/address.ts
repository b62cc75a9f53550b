import { SekishoUsageError, shown } from '../errors.ts'

const strange = /[^0-9a-f]/

/** Whether this can name a record; any other string names none and never reaches a store. */
export function isAddress(address: string): boolean {
  return address.length === 64 && !strange.test(address)
}

/** What `create` throws for anything else. */
export function addressError(address: string): SekishoUsageError {
  const message = `\`address\` must be 64 lower-case hexadecimal digits; received ${shown(address)}`
  return new SekishoUsageError('ERR_ARGUMENT', message)
}
