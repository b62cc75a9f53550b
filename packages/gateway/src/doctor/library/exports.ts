import type { SealedSessions, Sessions, SessionStore } from 'sekisho'
import type { Subject } from '../check.ts'

/** Something that a module exports, with the name it has there. */
export interface Exported<Value> extends Subject {
  readonly value: Value
}

/** A definition of sessions, stored or sealed. */
export type Definition = Sessions | SealedSessions

/** What a store may offer beside the contract. */
export type ExportedStore = SessionStore & { ensureSchema?(): unknown }

/** As much of a key ring as can be seen from outside. */
export interface ExportedRing {
  usage(): readonly { readonly keyId: string; readonly seals: boolean }[]
}

/** What a module has that can be looked at. */
export interface Exports {
  readonly definitions: readonly Exported<Definition>[]
  readonly stores: readonly Exported<ExportedStore>[]
  readonly rings: readonly Exported<ExportedRing>[]
}

/**
 * Finds definitions, stores and key rings among what a module exports, and one level deep in plain objects. By what they can do:
 * their classes are those of the copy of `sekisho` that the module itself imports.
 */
export function exportsOf(module: Readonly<Record<string, unknown>>): Exports {
  const named = Object.entries(module).flatMap(([name, value]) => [[name, value] as const, ...within(name, value)])
  const pick = <Value>(isOne: (value: unknown) => value is Value): Exported<Value>[] =>
    [...new Map(named.filter(([, value]) => isOne(value)).map(([name, value]) => [value, name])).entries()].map(
      ([value, name]) => ({ key: name, name, value: value as Value }),
    )
  return { definitions: pick(isDefinition), stores: pick(isStore), rings: pick(isRing) }
}

function within(name: string, value: unknown): (readonly [string, unknown])[] {
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return isPlain ? Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner] as const) : []
}

/** Sealed sessions reserve no tokens, because they have no store. */
export function isStored(definition: Definition): definition is Sessions {
  return can(definition, ['reserve'])
}

function isDefinition(value: unknown): value is Definition {
  return can(value, ['open', 'openNow', 'commit', 'close']) && typeof (value as Definition).name === 'string'
}

function isStore(value: unknown): value is ExportedStore {
  return can(value, ['read', 'create', 'replace', 'touch', 'delete', 'sweep'])
}

function isRing(value: unknown): value is ExportedRing {
  return can(value, ['usage', 'replace']) && !can(value, ['read'])
}

function can(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return methods.every((method) => typeof Reflect.get(value, method) === 'function')
}
