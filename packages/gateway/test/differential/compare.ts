import { isDeepStrictEqual } from 'node:util'
import type { Seen } from './observation.ts'

/** Seconds by which times of expiry may differ: both servers read the clock when they answer. */
const patience = 2

/** Where what was seen on the one side differs from what was seen on the other, one line each; none: it is the same. */
export function differences(theirs: Seen, mine: Seen): string[] {
  return [...differing({ ...theirs, user: '' }, { ...mine, user: '' }, '')]
}

function* differing(theirs: unknown, mine: unknown, path: string): Generator<string> {
  if (isDeepStrictEqual(theirs, mine) || isSameTime(theirs, mine, path)) return
  if (!isObject(theirs) || !isObject(mine)) {
    yield `${path.slice(1)}: expected ${shown(theirs)}, the gateway ${shown(mine)}`
    return
  }
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)]))
    yield* differing(theirs[key], mine[key], `${path}.${key}`)
}

function isSameTime(theirs: unknown, mine: unknown, path: string): boolean {
  if (!path.endsWith('.expiry') || typeof theirs !== 'number' || typeof mine !== 'number') return false
  return Math.abs(theirs - mine) <= patience
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value, (_, part: unknown) => brief(part))
}

/** A text, without most of a long one. */
export function brief(value: unknown): unknown {
  return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 20)}… (${value.length})` : value
}
