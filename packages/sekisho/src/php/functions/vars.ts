/**
 * `$_SESSION`: the session's variables as an object of this language, with PHP's array beneath.
 *
 * @module
 */
import type { PhpKey } from '../value/keys.ts'
import { PhpReference, slotsOf } from '../value/php-map.ts'
import { isSame } from '../value/same.ts'
import { toJs } from '../value/to-js.ts'
import { toPhp } from '../value/to-php.ts'
import { PhpArray, type PhpValue } from '../value/value.ts'

/** The variables of a session, read and written like the properties of any object. */
export type SessionVariables = Record<string, unknown>

/** What a variable was when it was read, and what stands for it in the object. */
interface Given {
  readonly key: PhpKey
  readonly php: PhpValue
  js: unknown
}

/** Stands for what nobody has looked at. */
const unread = Symbol('unread')

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
    if (this.#given.size > 0) this.#startWith(new PhpArray())
  }

  /** Replaces all variables. */
  load(array: PhpArray): void {
    this.clear()
    this.merge(array)
  }

  /** Sets some of them, in the place of what had their names. The array is ours from here on. */
  merge(array: PhpArray): void {
    if (this.isEmpty) this.#startWith(array)
    else this.toArray().assign(array)
    for (const [key, slot] of slotsOf<PhpValue>(array))
      this.#show(key, slot instanceof PhpReference ? slot.value : slot)
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
    for (const name of Object.keys(this.view)) this.#take(name)
    return this.#array
  }

  #startWith(array: PhpArray): void {
    this.#array = array
    this.#given.clear()
  }

  /** Arrays and objects are converted when somebody looks: most requests look at few. */
  #show(key: PhpKey, php: PhpValue): void {
    const name = String(key)
    const given: Given = { key, php, js: unread }
    this.#given.set(name, given)
    if (php instanceof PhpArray) return this.#showWhenRead(name, given)
    given.js = toJs(php)
    this.view[name] = given.js
  }

  #showWhenRead(name: string, given: Given): void {
    const { view } = this
    const put = (value: unknown): void => define(view, name, { value, writable: true })
    const get = (): unknown => {
      given.js = toJs(given.php)
      put(given.js)
      return given.js
    }
    define(view, name, { get, set: put })
  }

  /** Somebody may have put something else in the place of what nobody has read. */
  #isUnread(name: string, { js }: Given): boolean {
    return js === unread && Object.getOwnPropertyDescriptor(this.view, name)?.get !== undefined
  }

  #take(name: string): void {
    const given = this.#given.get(name)
    if (given !== undefined && this.#isUnread(name, given)) return
    const js = this.view[name]
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
  return typeof js !== 'object' || js === null || Object.is(js, php) || isSame(js, toJs(php))
}
