/** Something that the person who converts has to know. */
export interface Note {
  /** What it is about: a directive or an option. */
  readonly about: string
  /** The line of the original, from 1 on, where it is about one. */
  readonly line?: number
  /** What changes, and what to do about it. */
  readonly text: string
}

/** A configuration in our words. */
export interface Conversion {
  /** A configuration of the gateway, or a module in TypeScript. */
  readonly text: string
  readonly notes: readonly Note[]
}

/** The kinds of configuration that are understood. */
export type ConfigKind = 'apache' | 'php' | 'express-session'
