import { SekishoUsageError } from '../errors.ts'
import type { StoredSession } from '../store/contract.ts'
import type { Members } from './merge.ts'
import type { DataSchema, ResolvedShared } from './shared-options.ts'
import type { Token } from './token.ts'

/** The data of a record, ready for a write set. */
export interface ReadData {
  readonly values: Members
  /** `values`, encoded. */
  readonly text: string
}

/** What reading data depends on. */
export type DataOptions = Pick<ResolvedShared, 'codec' | 'dataVersion' | 'migrate'>

/** Gives the data of a record; `undefined`, with an event, when it cannot be read. */
export type ReadStored = (stored: StoredSession, token: Token) => ReadData | undefined

/** The payload of encoded data; refuses what is too large. */
export function encodeData(text: string, maxBytes: number): Uint8Array {
  const payload = Buffer.from(text) // a quarter of what TextEncoder takes
  checkSize(payload.length, maxBytes)
  return payload
}

/** Refuses data of too many octets. */
export function checkSize(octets: number, maxBytes: number): void {
  if (octets <= maxBytes) return
  throw new SekishoUsageError('ERR_VALUE', `the session data is ${octets} octets, more than \`maxBytes\` (${maxBytes})`)
}

/** Data of an older layout, lifted step by step; what is older than the first step reads as empty. */
export function lift(old: Members, from: number, options: DataOptions): ReadData {
  const { codec, dataVersion, migrate } = options
  if (migrate[from] === undefined) return { values: {}, text: codec.stringify({}) }
  let values = old
  for (let version = from; version < dataVersion; version += 1) values = migrate[version]?.(values) ?? values
  return { values, text: codec.stringify(values) }
}

/** The top-level keys that do not pass the schema; an issue without a path concerns all of them. */
export async function failingKeys(schema: DataSchema<unknown>, values: Members): Promise<readonly string[]> {
  const { issues = [] } = await schema['~standard'].validate(values)
  const failing = new Set<string>()
  for (const { path } of issues) {
    const [step] = path ?? []
    if (step === undefined) return Object.keys(values)
    failing.add(String(typeof step === 'object' ? step.key : step))
  }
  return [...failing]
}

/**
 * Refuses data with a member named `__proto__`: nothing that we wrote has one, and who copies such data carelessly
 * would pollute a prototype.
 */
export function refusePrototypes(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) throw new TypeError('a member named __proto__')
  for (const member of Object.values(value)) refusePrototypes(member)
}
