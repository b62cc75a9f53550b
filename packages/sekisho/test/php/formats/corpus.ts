/**
 * What real PHP made of sessions: `serializer-corpus.json`, and our values in the terms of that file.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import {
  PhpArray,
  PhpBytes,
  type PhpCustom,
  PhpEnum,
  PhpFloat,
  type PhpFormat,
  PhpObject,
  PhpReference,
} from 'sekisho/php'
import { slotsOf } from '../../../src/php/value/php-map.ts'
import type { PhpKey, PhpValue } from 'sekisho/php'

/** A key or a text as the corpus has it. */
type Text = string | { readonly b64: string }
/** An element or a property: its key, and what is there. */
export type Pair = readonly [key: Readonly<Record<string, unknown>>, value: Described]
/** A value as the corpus describes it. */
export type Described = { readonly t: string } & Readonly<Record<string, unknown>>

/** What PHP made of some octets. */
export interface Decoding {
  readonly ok: boolean
  readonly activeAfter: boolean
  readonly exception?: string
  readonly value?: readonly Pair[]
  readonly value_not_array?: Described
  readonly reencode?: 'same' | false | { readonly b64: string }
}

/** One case of the corpus; its `meta.howToRead` tells what is in it. */
export interface Case {
  readonly id: string
  readonly format: PhpFormat
  readonly category: string
  readonly kind: 'encode' | 'decode'
  readonly b64?: string
  readonly encode?: { readonly ok: boolean; readonly diag?: readonly string[]; readonly exception?: string }
  readonly decode?: Decoding
  readonly decodeWithClasses?: Decoding
}

/** All cases. */
export const cases: readonly Case[] = (
  JSON.parse(readFileSync(new URL('../data/serializer-corpus.json', import.meta.url), 'utf8')) as { cases: Case[] }
).cases

/** The octets of a case that has some. */
export function octetsOf({ b64 = '' }: Case): Buffer {
  return Buffer.from(b64, 'base64')
}

/** Variables in the terms of the corpus. */
export function describe(vars: PhpArray): Pair[] {
  const numbering = new Numbering()
  countReferences(vars, numbering.uses, new Set())
  return pairs(vars, numbering)
}

/** References and objects are numbered in the order in which they are met. */
class Numbering {
  /** In how many places a reference stands. */
  readonly uses = new Map<PhpReference<PhpValue>, number>()
  readonly #references = new Map<PhpReference<PhpValue>, number>()
  readonly #objects = new Map<object, number>()

  reference(reference: PhpReference<PhpValue>): { number: number; isNew: boolean } {
    return numberOf(this.#references, reference)
  }

  object(object: object): { number: number; isNew: boolean } {
    return numberOf(this.#objects, object)
  }
}

function numberOf<Key>(numbers: Map<Key, number>, key: Key): { number: number; isNew: boolean } {
  const known = numbers.get(key)
  if (known === undefined) numbers.set(key, numbers.size + 1)
  return { number: known ?? numbers.size, isNew: known === undefined }
}

function countReferences(map: PhpArray | PhpObject, uses: Numbering['uses'], seen: Set<object>): void {
  if (seen.has(map)) return
  seen.add(map)
  for (const slot of slotsOf<PhpValue>(map).values()) {
    if (slot instanceof PhpReference) uses.set(slot, (uses.get(slot) ?? 0) + 1)
    const value = slot instanceof PhpReference ? slot.value : slot
    if (value instanceof PhpArray || value instanceof PhpObject) countReferences(value, uses, seen)
  }
}

function pairs(map: PhpArray | PhpObject, numbering: Numbering): Pair[] {
  return Array.from(slotsOf<PhpValue>(map), ([key, slot]): Pair => {
    if (!(slot instanceof PhpReference) || numbering.uses.get(slot) === 1)
      return [keyOf(key), describeValue(slot instanceof PhpReference ? slot.value : slot, numbering)]
    const { number, isNew } = numbering.reference(slot)
    if (!isNew) return [keyOf(key), { t: 'ref', ref: number }]
    return [keyOf(key), { ...describeValue(slot.value, numbering), refid: number }]
  })
}

function describeValue(value: PhpValue, numbering: Numbering): Described {
  if (value === null) return { t: 'null' }
  if (typeof value === 'boolean') return { t: 'bool', v: value }
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return { t: 'int', v: String(value) }
  if (typeof value === 'number' || value instanceof PhpFloat) return { t: 'float', bits: bits(Number(value)) }
  if (typeof value === 'string' || value instanceof PhpBytes) return { t: 'string', ...stringOf(value) }
  if (value instanceof PhpArray) return { t: 'array', e: pairs(value, numbering) }
  return describeObject(value, numbering)
}

function describeObject(object: PhpObject | PhpEnum | PhpCustom, numbering: Numbering): Described {
  const { number, isNew } = numbering.object(object)
  if (!isNew) return { t: 'objref', obj: number }
  if (object instanceof PhpEnum) return { t: 'enum', class: object.enumName, case: object.caseName }
  const props = object instanceof PhpObject ? pairs(object, numbering) : []
  return { t: 'object', obj: number, class: object.className, props }
}

function keyOf(key: PhpKey): Readonly<Record<string, unknown>> {
  return typeof key === 'string' ? { s: textOf(key) } : { i: String(key) }
}

function stringOf(value: string | PhpBytes): Readonly<Record<string, unknown>> {
  const text = textOf(value)
  return typeof text === 'string' ? { v: text } : text
}

/** A name with stray octets has U+DC80 to U+DCFF for them. */
function textOf(text: string | PhpBytes): Text {
  if (text instanceof PhpBytes) return { b64: Buffer.from(text.octets).toString('base64') }
  // oxlint-disable-next-line no-control-regex -- the corpus writes texts with them as octets
  if (!/[\p{Surrogate}\u0000-\u001f]/u.test(text)) return text
  const octets = Array.from(text, (character) =>
    /\p{Surrogate}/u.test(character) ? Buffer.of(character.charCodeAt(0) - 0xdc00) : Buffer.from(character),
  )
  return { b64: Buffer.concat(octets).toString('base64') }
}

function bits(value: number): string {
  const octets = Buffer.alloc(8)
  octets.writeDoubleBE(value)
  return octets.toString('hex')
}
