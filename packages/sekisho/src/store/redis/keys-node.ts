import { createHash } from 'node:crypto'
import { optionError } from '../../errors.ts'

/** The names of a store's keys. Braces make what belongs together share a slot of a cluster. */
export class Keys {
  readonly #session: string
  readonly #prefix: string

  /**
   * @param prefix The beginning of every key: letters, digits and `:._-`, at most 64. Braces would put every session into
   * one slot, and characters with a meaning in patterns would make a scan find what is not its own.
   */
  constructor(prefix: string) {
    if (typeof prefix !== 'string' || !/^[\w:.-]{1,64}$/.test(prefix)) {
      throw optionError('prefix', '1 to 64 letters, digits, `:`, `.`, `_` and `-`', prefix)
    }
    this.#prefix = prefix
    this.#session = `${prefix}session:{`
  }

  /** The record of a session. */
  session(address: string): string {
    return `${this.#session}${address}}`
  }

  /** The lease on a session. */
  lock(address: string): string {
    return `${this.#prefix}lock:{${address}}`
  }

  /** The sessions of a principal. */
  principal(principal: string): string {
    return `${this.#prefix}principal:{${hashOf(principal)}}`
  }

  /** The epoch of a principal. */
  epoch(principal: string): string {
    return `${this.#prefix}epoch:{${hashOf(principal)}}`
  }

  /** The pattern of all records. */
  get sessions(): string {
    return `${this.#session}*`
  }

  /** @returns What a key of a record names. */
  addressIn(key: string): string {
    return key.slice(this.#session.length, -1)
  }
}

/** JSON first, because UTF-8 alone makes all lone surrogates one and the same character, and two principals one. */
function hashOf(principal: string): string {
  return createHash('sha256').update(JSON.stringify(principal)).digest('base64url')
}

/** @returns Sixteen hexadecimal digits by which a text is known again. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
