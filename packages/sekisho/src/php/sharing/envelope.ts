import type { RowSession } from '../../store/rows.ts'
import type { Json } from './json-values.ts'

/** What the engine keeps of a session beside its data; the secret is the id, and nowhere in here. */
export interface Envelope {
  readonly generation: number
  readonly dataVersion: number
  readonly writeIds: readonly string[]
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number
  readonly absoluteDeadline: number
  readonly rotatedAt?: number
  readonly authenticatedAt?: number
  readonly principal?: string
  readonly amr?: readonly string[]
  readonly device?: string
}

/** The text of the variable that PHP carries along with the others. */
export function envelopeText({ record, stamp }: RowSession, absoluteDeadline: number): string {
  const { generation, dataVersion, writeIds, rotatedAt, authenticatedAt, principal, amr, device } = record
  const { createdAt } = stamp
  const times = { createdAt, absoluteDeadline, rotatedAt, authenticatedAt }
  return JSON.stringify({ generation, dataVersion, writeIds, ...times, principal, amr, device })
}

/** @returns What is in such a text, `undefined` when it is none. */
export function readEnvelope(text: unknown): Envelope | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value = JSON.parse(text) as Json
    return isEnvelope(value) ? (value as unknown as Envelope) : undefined
  } catch {
    return undefined
  }
}

function isEnvelope(value: Json): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { generation, dataVersion, writeIds, createdAt, absoluteDeadline, ...rest } = value as Record<string, Json>
  const { rotatedAt = 0, authenticatedAt = 0, principal = '', device = '', amr = [] } = rest
  const numbers = [generation, dataVersion, createdAt, absoluteDeadline, rotatedAt, authenticatedAt]
  const areNumbers = numbers.every((one) => typeof one === 'number')
  return (
    areNumbers && typeof principal === 'string' && typeof device === 'string' && areTexts(writeIds) && areTexts(amr)
  )
}

function areTexts(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
