import { InvalidArgumentError } from 'commander'

/** Reads a whole number of seconds. */
export function seconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number of seconds')
}

/** Reads a number of things of which there must be one. */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number of at least 1')
}

/** Collects the values of an option that may be repeated. */
export function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

/** Reads the name of a systemd unit, without its ending. */
export function unitName(text: string): string {
  if (/^[\w.@-]{1,200}$/.test(text)) return text.replace(/\.service$/, '')
  throw new InvalidArgumentError('letters, digits and . _ - @')
}

/** Reads the name of a user or of a group of the system. */
export function accountName(text: string): string {
  if (/^[a-z_][\w-]{0,31}$/i.test(text)) return text
  throw new InvalidArgumentError('the name of an account')
}
