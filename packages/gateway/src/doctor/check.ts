import type { Advice } from './finding.ts'

/** What a check is about. Two checks that are about the same thing give it the same key. */
export interface Subject {
  /** Empty: the whole. For memory only, since it may be made from what must not be shown. */
  readonly key: string
  /** For people: `the database at 127.0.0.1:5432`. */
  readonly name: string
  /** The keys of what it stands on, where that is something else: when it has failed, so has this. */
  readonly standsOn?: readonly string[]
}

/** What was seen. */
export interface Sight {
  readonly findings?: readonly Advice[]
  /** What is as it should be, a sentence each. */
  readonly details?: readonly string[]
  /** Why checks that need this one cannot be carried out, where nothing is wrong all the same. */
  readonly stops?: string
}

/** One thing to look at. */
export interface Look {
  readonly about: Subject
  /** It makes something for a trial, and takes it away at its end, which is waited for when it is interrupted (default false). */
  readonly hasTrial?: boolean
  /** @param signal Aborted when nobody waits any more. */
  run(signal: AbortSignal): Sight | Promise<Sight>
}

/** One check. It changes nothing, and what it makes for a trial is gone when it ends. */
export interface Check<Patient> {
  /** One word, for scripts. */
  readonly name: string
  /** The question that it answers. */
  readonly asks: string
  /** The number of the article's troubleshooting item that it carries out, where it carries out one. */
  readonly item?: string
  /** Checks that must have gone well: where one has failed, its consequences are not told as well. */
  readonly needs: readonly string[]
  looks(patient: Patient): readonly Look[]
}

/** The subject of what is looked at once. */
export const whole: Subject = { key: '', name: '' }

/** A check of one thing. */
export function once(run: Look['run']): readonly Look[] {
  return [{ about: whole, run }]
}
