import { optionError } from '../errors.ts'

/**
 * A count that an option gives.
 *
 * @returns The value, when it is a whole number of at least `least`.
 * @throws SekishoUsageError `ERR_OPTION`.
 */
export function wholeNumber(option: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw optionError(option, `a whole number of at least ${least}`, value)
}
