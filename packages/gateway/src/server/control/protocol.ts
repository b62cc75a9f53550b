import type { Stats } from './stats.ts'

/** Which gateway answers. */
export interface About {
  /** Of the process that started it. */
  readonly pid: number
  /** The configuration, absolute. */
  readonly file: string
  readonly workers: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

/** What the processes of a gateway have counted. */
export interface Figures {
  /** One for each process that serves. */
  readonly processes: readonly Stats[]
  /** About how many sessions there are in the stores; undefined: they do not tell, or not now. */
  readonly sessions: number | undefined
}

/** A line that a client sends: a question, which changes nothing. */
export interface Question {
  readonly ask: 'about' | 'figures'
}

/** The line that answers it. */
export type Answer =
  | { readonly about: About }
  | { readonly figures: Figures }
  /** The question was not understood, or the answer could not be had. */
  | { readonly error: string }

/** The directory of the sockets, below the state directory. */
export const controlDirectory = 'control'
/** What the name of a socket ends with. */
export const socketSuffix = '.sock'
