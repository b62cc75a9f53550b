/** A JSON-like object. */
export type Members = Record<string, unknown>

/** What a merge needs to know beside the three values. */
export interface MergeContext {
  /** Equality of values that are neither plain objects nor arrays. */
  readonly equal: (a: unknown, b: unknown) => boolean
  /** Receives the path of everything that both sides changed differently. */
  readonly conflict: (path: string) => void
}

/** The three states of one value. `undefined` stands for absent. */
export interface ThreeWay {
  /** What both started from. */
  readonly base: unknown
  /** What is stored now. */
  readonly theirs: unknown
  /** What this request made of it. */
  readonly mine: unknown
}

/**
 * Merges two changes of one value: object members independently, arrays that both only appended to by keeping both
 * tails (theirs first). Anything else that both changed: mine, the later one, wins, and the path is reported.
 */
export function merge(sides: ThreeWay, path: string, context: MergeContext): unknown {
  const { base, theirs, mine } = sides
  if (sameValue(mine, base, context)) return theirs
  if (sameValue(theirs, base, context) || sameValue(theirs, mine, context)) return mine
  if (isMembers(theirs) && isMembers(mine)) {
    return mergeMembers({ base: isMembers(base) ? base : {}, theirs, mine }, path, context)
  }
  if (Array.isArray(base) && isExtension(theirs, base, context) && isExtension(mine, base, context)) {
    return [...theirs, ...mine.slice(base.length)]
  }
  context.conflict(path)
  return mine
}

function mergeMembers(
  sides: { base: Members; theirs: Members; mine: Members },
  path: string,
  context: MergeContext,
): Members {
  const { base, theirs, mine } = sides
  const merged: Members = {}
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const member = merge(
      { base: own(base, key), theirs: own(theirs, key), mine: own(mine, key) },
      `${path}.${key}`,
      context,
    )
    if (member !== undefined && key !== '__proto__') merged[key] = member
  }
  return merged
}

function isExtension(value: unknown, base: readonly unknown[], context: MergeContext): value is unknown[] {
  return (
    Array.isArray(value) &&
    value.length >= base.length &&
    base.every((item, index) => sameValue(item, value[index], context))
  )
}

/** Whether two values are equal, members in any order. */
export function sameValue(a: unknown, b: unknown, context: Pick<MergeContext, 'equal'>): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index], context))
  }
  if (isMembers(a) && isMembers(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return [...keys].every((key) => sameValue(own(a, key), own(b, key), context))
  }
  return typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && context.equal(a, b)
}

/**
 * Makes `target` equal to `source` in place, as deep as both have the same shape, so that a reference which the handler
 * still holds goes on being the session's value. An array's item keeps its identity only as long as it is equal, but also
 * when it has moved.
 *
 * @returns `target`, or `source` where it could not be done.
 */
export function reconcile(target: unknown, source: unknown, context: Pick<MergeContext, 'equal'>): unknown {
  if (target === source) return target
  if (Array.isArray(target) && Array.isArray(source)) {
    const unused = [...target]
    const items = source.map((item) => {
      const place = typeof item === 'object' ? unused.findIndex((one) => sameValue(one, item, context)) : -1
      return place === -1 ? item : unused.splice(place, 1)[0]
    })
    target.length = 0
    for (const item of items) target.push(item)
    return target
  }
  if (!isMembers(target) || !isMembers(source)) return sameValue(target, source, context) ? target : source
  for (const key of Object.keys(target)) if (!Object.hasOwn(source, key)) delete target[key]
  for (const [key, member] of Object.entries(source)) target[key] = reconcile(own(target, key), member, context)
  return target
}

/** A value's own member, never one of its prototype. */
export function own(object: Members, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Whether a value is a plain object. */
export function isMembers(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
