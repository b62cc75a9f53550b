import { generateSecret } from 'sekisho/keys'
import type { KeyLines } from './key-lines.ts'

/** Processes look at the file every ten seconds, and take a change at the second look that finds it the same. */
export const learningSeconds = 30

/** Sessions live for twelve hours at most, unless their definition says otherwise. */
export const defaultDropSeconds = 43_200

/** The time at which a step is made, and what it waits for. */
export interface StepTerms {
  readonly now: Date
  /** True: do not wait. */
  readonly hurry: boolean
  /** How long after the last change of keys the old ones may go, in seconds. */
  readonly dropSeconds: number
}

/** What a step has done to the lines, or why it is too early for it. */
export type Step =
  | { readonly kind: 'added' | 'promoted'; readonly id: string }
  | { readonly kind: 'dropped'; readonly ids: readonly string[] }
  | { readonly kind: 'early'; readonly next: 'promote' | 'drop'; readonly at: Date }

/**
 * Makes the next step of a rotation, of which there are three, so that every process opens with a key before any seals with it:
 * a new key is added, it is put first, the old ones are dropped.
 */
export function nextStep(lines: KeyLines, { now, hurry, dropSeconds }: StepTerms): Step {
  const { keys } = lines
  const newest = keys.at(-1)
  if (newest?.role === 'waits') {
    const at = later(newest.since, learningSeconds)
    if (!hurry && now < at) return { kind: 'early', next: 'promote', at }
    return { kind: 'promoted', id: lines.promote(now) }
  }
  if (keys.length === 1) return { kind: 'added', id: lines.add(generateSecret(), now) }
  const at = later(keys[0]?.since, dropSeconds)
  if (!hurry && now < at) return { kind: 'early', next: 'drop', at }
  return { kind: 'dropped', ids: lines.drop() }
}

/** What a leak asks for: one new key in the place of all. @returns Its id, and those that open nothing any more. */
export function replaceAll(
  lines: KeyLines,
  now: Date,
): { readonly kind: 'replaced'; readonly id: string; readonly gone: readonly string[] } {
  lines.add(generateSecret(), now)
  return { kind: 'replaced', id: lines.promote(now), gone: lines.drop() }
}

/** A key whose time nobody has written down has had its role for long. */
function later(since: Date | undefined, seconds: number): Date {
  return since === undefined ? new Date(0) : new Date(since.getTime() + seconds * 1000)
}
