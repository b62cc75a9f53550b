/**
 * `$_SESSION`: the session's variables as an object of this language, with PHP's array beneath.
 *
 * @module
 */
import { serialize } from '../format/serialize.ts'
import type { PhpKey } from '../value/keys.ts'
import { slotsOf } from '../value/php-map.ts'
import { toJs } from '../value/to-js.ts'
import { toPhp } from '../value/to-php.ts'
import { PhpArray, type PhpValue } from '../value/value.ts'

/** The variables of a session, read and written like the properties of any object. */
export type SessionVariables = Record<string, unknown>

/** What a variable was when it was read, and what stands for it in the object. */
interface Given {
  readonly key: PhpKey
  readonly php: PhpValue
  /** Absent while nobody has looked. */
  js?: unknown
}

/**
 * The object stays the same for as long as the request runs: what holds it sees what a start, a reset or a decoding brings.
 * A variable that nobody has changed is stored again as it was read: its floats, its references and its objects too.
 */
export class SessionVars {
  /** The variables. Without a prototype, so that every name is one of theirs. */
  readonly view: SessionVariables = Object.create(null) as SessionVariables
  #array = new PhpArray()
  readonly #given = new Map<string, Given>()

  get isEmpty(): boolean {
    return Object.keys(this.view).length === 0
  }

  /** Removes all variables. */
  clear(): void {
    for (const name of Object.keys(this.view)) delete this.view[name]
    this.#array = new PhpArray()
    this.#given.clear()
  }

  /** Replaces all variables. */
  load(array: PhpArray): void {
    this.clear()
    this.merge(array)
  }

  /** Sets some of them, in the place of what had their names. */
  merge(array: PhpArray): void {
    this.toArray().assign(array)
    for (const [key, php] of array.entries()) this.#show(key, php)
  }

  /** Replaces all variables by those of an object. */
  assign(vars: Readonly<SessionVariables>): void {
    const entries = Object.entries(vars)
    for (const name of Object.keys(this.view)) delete this.view[name]
    for (const [name, value] of entries) this.view[name] = value
  }

  /** A variable as PHP has it. */
  php(name: string): PhpValue | undefined {
    return this.toArray().get(name)
  }

  /**
   * PHP's array, as the variables are now. Where two share a reference, setting one sets the other, as in PHP.
   *
   * @throws SekishoUsageError `ERR_VALUE` for what PHP cannot hold.
   */
  toArray(): PhpArray {
    for (const [name, { key }] of this.#given) {
      if (Object.hasOwn(this.view, name)) continue
      slotsOf<PhpValue>(this.#array).delete(key)
      this.#given.delete(name)
    }
    for (const name of Object.keys(this.view)) if (!this.#isUnread(name)) this.#take(name, this.view[name])
    return this.#array
  }

  /** Arrays and objects are converted when somebody looks: most requests look at few. */
  #show(key: PhpKey, php: PhpValue): void {
    const name = String(key)
    const given: Given = { key, php }
    this.#given.set(name, given)
    if (!(php instanceof PhpArray)) {
      given.js = toJs(php)
      define(this.view, name, { value: given.js, writable: true })
      return
    }
    define(this.view, name, {
      get: () => {
        given.js = toJs(php)
        define(this.view, name, { value: given.js, writable: true })
        return given.js
      },
      set: (value: unknown) => define(this.view, name, { value, writable: true }),
    })
  }

  #isUnread(name: string): boolean {
    return Object.getOwnPropertyDescriptor(this.view, name)?.get !== undefined
  }

  #take(name: string, js: unknown): void {
    const given = this.#given.get(name)
    if (given !== undefined && Object.is(given.js, js) && isUnchanged(given)) return
    const php = toPhp(js)
    this.#array.set(given?.key ?? name, php)
    this.#given.set(name, { key: given?.key ?? name, php, js })
  }
}

function define(view: SessionVariables, name: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(view, name, { ...descriptor, enumerable: true, configurable: true })
}

/** Whether what was handed out still means what it was made from. */
function isUnchanged({ php, js }: Given): boolean {
  if (typeof js !== 'object' || js === null || Object.is(js, php)) return true
  return Buffer.compare(serialize(toPhp(js)), serialize(toPhp(toJs(php)))) === 0
}
