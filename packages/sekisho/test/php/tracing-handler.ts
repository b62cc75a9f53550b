/**
 * A save handler of an application that writes down how it is called, in the words of `save-handler-call-order.txt`.
 *
 * @module
 */
import type { UserSaveHandler } from '../../src/php/functions/user-handler.ts'

/** What the handler does otherwise than well. */
export interface Faults {
  /** The verbs that fail. */
  readonly failing?: readonly string[]
  /** Whether `validateId` knows every id. */
  readonly knowsAll?: boolean
}

/** Keeps sessions as text, and every call in `calls`. The class is named as in PHP's own traces. */
export class H implements UserSaveHandler {
  readonly calls: unknown[]
  readonly records: Map<string, string>
  readonly #faults: Faults
  #made = 0

  /** @param calls Where the calls are written down. */
  constructor(records: Readonly<Record<string, string>> = {}, faults: Faults = {}, calls: unknown[] = []) {
    this.calls = calls
    this.records = new Map(Object.entries(records))
    this.#faults = faults
  }

  open(_path: string, _name: string): boolean {
    return this.#called('open', 'open')
  }

  close(): boolean {
    return this.#called('close', 'close')
  }

  read(id: string): string | false {
    return this.#called('read', `read(${id})`) && (this.records.get(id) ?? '')
  }

  write(id: string, data: Uint8Array): boolean {
    const text = new TextDecoder().decode(data)
    if (!this.#called('write', `write(${id},${text})`)) return false
    this.records.set(id, text)
    return true
  }

  destroy(id: string): boolean {
    if (!this.#called('destroy', `destroy(${id})`)) return false
    this.records.delete(id)
    return true
  }

  gc(maxLifetime: number): number | false {
    return this.#called('gc', `gc(${maxLifetime})`) && 3
  }

  /** What a sweep does that finds everything too old. */
  destroyAll(): number {
    const count = this.records.size
    this.records.clear()
    return count
  }

  createSid(): string {
    this.#called('create_sid', 'create_sid')
    this.#made += 1
    return `new${this.#made}`
  }

  validateId(id: string): boolean {
    return this.#called('validateId', `validateId(${id})`) && (this.#faults.knowsAll === true || this.records.has(id))
  }

  updateTimestamp(id: string, _data: Uint8Array): boolean {
    return this.#called('updateTimestamp', `updateTimestamp(${id})`)
  }

  #called(verb: string, text: string): boolean {
    this.calls.push(text)
    return this.#faults.failing?.includes(verb) !== true
  }
}
