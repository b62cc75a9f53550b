/**
 * Whether a plain value still is what `toJs` has made: the same keys in the same order, and the very same values at them.
 * Goes through collections without recursion, each of them once: they can contain themselves.
 *
 * @param value What became of it in the hands of others.
 * @param made Made anew, from the same value of PHP.
 */
export function isSame(value: unknown, made: unknown): boolean {
  const waiting: (readonly [value: unknown, made: unknown])[] = [[value, made]]
  const met = new Map<unknown, unknown>()
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [own, other] = pair
    if (Object.is(own, other) || (met.has(own) && met.get(own) === other)) continue
    if (met.has(own) || !isPlain(own) || !isPlain(other) || Array.isArray(own) !== Array.isArray(other)) return false
    met.set(own, other)
    const keys = Object.keys(other)
    if (!hasKeys(own, keys)) return false
    for (const key of keys) waiting.push([own[key], other[key]])
  }
  return true
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}

/** An array can be longer than it has keys. */
function hasKeys(collection: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  if (Array.isArray(collection) && collection.length !== keys.length) return false
  const own = Object.keys(collection)
  return own.length === keys.length && own.every((key, index) => key === keys[index])
}
