import type { PhpKey } from './keys.ts'
import { PhpReference, slotsOf } from './php-map.ts'
import { PhpBytes, PhpFloat } from './scalars.ts'
import { PhpArray, type PhpValue } from './value.ts'

/**
 * A value of PHP as plain JavaScript has it:
 *
 * - an array whose keys are 0, 1, 2 … in this order is an array, every other one a plain object. JavaScript moves keys that are
 *   integers to the front, and has them as texts; `__proto__` is a property like any other;
 * - an array that several places share by reference is one and the same object at all of them;
 * - {@link PhpFloat}s are numbers, {@link PhpBytes} are a `Uint8Array`;
 * - objects, enum cases and what classes wrote stay what they are: nothing in JavaScript is like them.
 */
export function toJs(value: PhpValue): unknown {
  return value instanceof PhpArray ? new Plainer().convert(value) : single(value)
}

/** A value that holds no others. */
function single(value: Exclude<PhpValue, PhpArray>): unknown {
  if (value instanceof PhpFloat) return value.value
  return value instanceof PhpBytes ? value.octets : value
}

/** Goes through arrays without recursion, each of them once: they can contain themselves by reference. */
class Plainer {
  readonly #waiting: (readonly [from: PhpArray, into: object])[] = []
  readonly #done = new Map<PhpArray, object>()

  convert(whole: PhpArray): unknown {
    const result = this.#array(whole)
    for (let task = this.#waiting.pop(); task !== undefined; task = this.#waiting.pop()) {
      const [from, into] = task
      for (const [key, slot] of slotsOf<PhpValue>(from))
        put(into, key, this.#value(slot instanceof PhpReference ? slot.value : slot))
    }
    return result
  }

  #value(value: PhpValue): unknown {
    return value instanceof PhpArray ? this.#array(value) : single(value)
  }

  #array(from: PhpArray): object {
    const known = this.#done.get(from)
    if (known !== undefined) return known
    const into = from.isList ? [] : {}
    this.#done.set(from, into)
    this.#waiting.push([from, into])
    return into
  }
}

/** Defined, not assigned: `__proto__` would set the prototype. */
function put(into: object, key: PhpKey, value: unknown): void {
  if (key !== '__proto__') (into as Record<PhpKey & PropertyKey, unknown>)[key as string] = value
  else Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true })
}
