import type { Codec } from '../codec/json.ts'
import { merge, own, reconcile, sameValue, type MergeContext, type Members } from './merge.ts'

/** Keys, to which one is added by {@link withKey} only. */
export type Keys = Omit<Set<string>, 'add'>

/** No keys yet: most requests need none, and three sets per request would show. */
export const noKeys: Keys = new Set<string>()

/** Keys with one more. */
export function withKey(keys: Keys, key: string): Keys {
  return (keys === noKeys ? new Set<string>() : (keys as Set<string>)).add(key)
}

/**
 * The data of one session during one request: what was read, and which of it this request changed.
 * `values` is the live state; `assigned` are the keys that were set or deleted as a whole; `handed` are the keys whose
 * object went out to the handler, which may have changed it in place. Everything else about them is in the functions
 * below, which run only when something may have changed.
 */
export interface WriteSet {
  readonly codec: Codec
  /** What is live now. */
  values: Members
  /** The encoded data that `values` started from. */
  baseText: string
  assigned: Keys
  handed: Keys
  /** Keys that did not pass the schema: kept, but read as absent. */
  hidden: Keys
  /** From `login()` until it is stored: the only keys of the stored data that survive. */
  retained: ReadonlySet<string> | undefined
}

/** What a write sends: the data, and what the live data was when it was made. */
export interface Sent {
  /** The data that the record will hold. */
  readonly values: Members
  /** `values`, encoded. */
  readonly text: string
  /** The live data at that moment, encoded: the same as `text`, except for an update, whose draft is not live before it is stored. */
  readonly before: string
  /** Keys that failed the schema, and that an update has given a value. */
  readonly mended?: readonly string[]
}

/** The data as it is now, encoded, if this request has changed it; setting what was there is no change. */
export function changedText(set: WriteSet): string | undefined {
  const { codec, values, assigned, handed } = set
  if (assigned.size === 0 && handed.size === 0) return undefined
  const text = handed.size === 0 ? stringifySound(codec, values) : codec.stringify(values)
  if (text === set.baseText) return undefined
  return assigned.size > 0 || editedKeys(set).length > 0 ? text : undefined
}

/** What nobody could change in place was looked at when it was set, or came from the codec itself. */
function stringifySound(codec: Codec, values: Members): string {
  return codec.stringifySound?.(values) ?? codec.stringify(values)
}

/** The keys whose handed-out value was changed in place. */
export function editedKeys(set: WriteSet): string[] {
  const { codec, values, handed, assigned } = set
  if (handed.size === 0) return []
  const base = parseBase(set)
  return [...handed].filter(
    (key) => !assigned.has(key) && !sameValue(own(values, key), own(base, key), comparing(codec)),
  )
}

/**
 * The live data, to be sent as it is.
 *
 * @param text It, encoded, where somebody has just done that.
 */
export function live({ codec, values }: WriteSet, text: string = codec.stringify(values)): Sent {
  return { values, text, before: text }
}

/** One run of an atomic change on a copy of the data. Keys that fail the schema are absent in it, and stay stored. */
export function drafted<R>(writes: WriteSet, change: (draft: Members) => R): { sent: Sent; result: R } {
  const { codec } = writes
  const before = codec.stringify(writes.values)
  const draft = codec.parse(before) as Members
  const hidden = [...writes.hidden].map((key) => [key, own(draft, key)] as const)
  for (const key of writes.hidden) delete draft[key]
  const result = change(draft)
  for (const [key, value] of Object.entries(draft)) if (value === undefined) delete draft[key]
  const mended = [...writes.hidden].filter((key) => Object.hasOwn(draft, key))
  for (const [key, value] of hidden) if (value !== undefined && !Object.hasOwn(draft, key)) draft[key] = value
  return { sent: { values: draft, text: codec.stringify(draft), before, mended }, result }
}

/**
 * Takes over what others have stored meanwhile: their changes stay, ours are laid over them.
 *
 * @param fresh The data as it is stored now.
 * @param freshText The same, encoded.
 * @returns The paths that both sides changed, where ours won.
 */
export function rebase(set: WriteSet, fresh: Members, freshText: string): string[] {
  const conflicts: string[] = []
  const context: MergeContext = { ...comparing(set.codec), conflict: (path) => conflicts.push(path) }
  const base = parseBase(set)
  const edited = editedKeys(set)
  const theirs = set.retained === undefined ? fresh : only(fresh, set.retained)
  const merged: Members = { ...theirs }
  for (const key of set.assigned) {
    const [was, is, mine] = [own(base, key), own(theirs, key), own(set.values, key)]
    if (!sameValue(is, was, context) && !sameValue(is, mine, context)) conflicts.push(key)
    put(merged, key, mine)
  }
  for (const key of edited) {
    put(
      merged,
      key,
      merge({ base: own(base, key), theirs: own(theirs, key), mine: own(set.values, key) }, key, context),
    )
  }
  reconcile(set.values, merged, context)
  set.baseText = freshText
  return conflicts
}

/** What was sent is stored, and is the new base. What the handler has changed since then is laid over it, for the next write. */
export function absorb(set: WriteSet, sent: Sent): void {
  const { codec, values, assigned } = set
  for (const key of sent.mended ?? []) set.hidden.delete(key)
  if (codec.stringify(values) === sent.before) return settle(set, sent)
  set.baseText = sent.before
  const base = parseBase(set)
  for (const key of assigned) if (sameValue(own(values, key), own(base, key), comparing(codec))) assigned.delete(key)
  rebase(set, sent.values, sent.text)
}

/** The live values are these, and these are stored. */
export function settle(set: WriteSet, { values, text }: Pick<Sent, 'values' | 'text'>): void {
  if (set.values !== values) reconcile(set.values, values, comparing(set.codec))
  set.baseText = text
  set.assigned = noKeys
}

/** Nothing is left, as after a logout: what is set from now on belongs to a new session. */
export function empty(set: WriteSet): void {
  settle(set, { values: {}, text: set.codec.stringify({}) })
  set.retained = undefined
  set.handed = noKeys
  set.hidden = noKeys
}

/** Forgets every change; values that were handed out fall back as well. */
export function forget(set: WriteSet): void {
  set.retained = undefined
  settle(set, { values: parseBase(set), text: set.baseText })
}

/** Before a login: only these keys go over; what is set afterwards is added. */
export function retainOnly(set: WriteSet, keys: ReadonlySet<string>): void {
  const { retained } = set
  set.retained = retained === undefined ? keys : new Set([...keys].filter((key) => retained.has(key)))
  for (const key of Object.keys(set.values)) {
    if (keys.has(key)) continue
    delete set.values[key]
    set.assigned = withKey(set.assigned, key)
  }
}

/** The data that `baseText` holds; each call gives a new copy. */
export function parseBase(set: WriteSet): Members {
  return set.codec.parse(set.baseText) as Members
}

function comparing(codec: Codec): Pick<MergeContext, 'equal'> {
  return { equal: (a, b) => codec.stringify([a]) === codec.stringify([b]) }
}

function only(values: Members, keys: ReadonlySet<string>): Members {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.has(key)))
}

function put(values: Members, key: string, value: unknown): void {
  if (value === undefined) delete values[key]
  else values[key] = value
}
