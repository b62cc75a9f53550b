import { InvalidArgumentError } from 'commander'

/** What a value has to be that will not do; the parser says for what, and which it was. */
export function expected(what: string): InvalidArgumentError {
  return new InvalidArgumentError(`Expected ${what}`)
}

/** Reads a whole number of seconds. */
export function seconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw expected('a whole number of seconds')
}

/** Reads a number of things of which there must be one. */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw expected('a whole number of at least 1')
}

/** Collects the values of an option that may be repeated. */
export function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

/** Reads the name of a systemd unit, without its ending. */
export function unitName(text: string): string {
  if (/^[\w.@-]{1,200}$/.test(text)) return text.replace(/\.service$/, '')
  throw expected('letters, digits and . _ - @')
}

/** Reads the name of a user or of a group of the system. */
export function accountName(text: string): string {
  if (/^[a-z_][\w-]{0,31}$/i.test(text)) return text
  throw expected('the name of an account')
}
