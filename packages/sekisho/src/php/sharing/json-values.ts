import { toPhp } from '../value/to-php.ts'
import { PhpFloat } from '../value/scalars.ts'
import { PhpArray, type PhpValue } from '../value/value.ts'

/** What JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** As deep as the engine's codec goes; what refers to itself is deeper. */
const maxDepth = 62

/**
 * A value of PHP as JSON has it: a list is an array, any other array an object, and so is no empty one.
 *
 * @returns `undefined` for what JSON does not hold: objects of classes, octets that are no text, integers beyond 2^53, floats
 * that are no numbers, and whatever contains one of them.
 */
export function jsonOf(value: PhpValue, depth = 0): Json | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (value instanceof PhpFloat) return Number.isFinite(value.value) ? value.value : undefined
  if (!(value instanceof PhpArray) || depth > maxDepth) return undefined
  return value.isList ? listOf(value, depth + 1) : objectOf(value, depth + 1)
}

function listOf(array: PhpArray, depth: number): Json | undefined {
  const list: Json[] = []
  for (const item of array.values()) {
    const json = jsonOf(item, depth)
    if (json === undefined) return undefined
    list.push(json)
  }
  return list
}

function objectOf(array: PhpArray, depth: number): Json | undefined {
  const members: [string, Json][] = []
  for (const [key, item] of array) {
    const json = key === '__proto__' ? undefined : jsonOf(item, depth)
    if (json === undefined) return undefined
    members.push([String(key), json])
  }
  return Object.fromEntries(members)
}

/** The variables that JSON holds, by their names. */
export function visible(vars: PhpArray, hidden: ReadonlySet<string>): Map<string, Json> {
  const seen = new Map<string, Json>()
  for (const [key, value] of vars) {
    const name = String(key)
    const json = hidden.has(name) || name === '__proto__' ? undefined : jsonOf(value)
    if (json !== undefined) seen.set(name, json)
  }
  return seen
}

/**
 * Makes the visible variables equal to `next`. A variable that has not changed stays what it is in PHP, down to a float that
 * reads like an integer; one that is not visible stays in any case.
 */
export function merge(vars: PhpArray, next: ReadonlyMap<string, Json>, hidden: ReadonlySet<string>): void {
  const before = visible(vars, hidden)
  for (const name of before.keys()) if (!next.has(name)) vars.delete(name)
  for (const [name, value] of next) {
    const known = before.get(name)
    const isSame = known !== undefined && JSON.stringify(known) === JSON.stringify(value)
    if (!isSame) vars.set(name, toPhp(value))
  }
}
