import { optionError } from '../errors.ts'

/** A count that an option gives. */
export function checkCount(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw optionError(option, 'a whole number from 1 on', value)
}
