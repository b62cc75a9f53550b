import type { Permission } from '../../auth/limit/login-limiter.ts'
import type { Diagnostic } from '../../config/diagnostics.ts'
import type { Figures } from '../control/protocol.ts'
import type { ServeOptions, Snapshot } from '../running-server.ts'

/** What the primary tells a worker. */
export type ToWorker =
  /** Comes first: what to serve. */
  | { readonly kind: 'begin'; readonly options: ServeOptions }
  /** Make a configuration ready; answered with `prepared`. */
  | { readonly kind: 'prepare'; readonly snapshot: Snapshot }
  /** Put to work what was prepared last, or let go of it; answered with `done`. */
  | { readonly kind: 'commit' | 'discard' }
  | { readonly kind: 'reopen-logs' }
  | { readonly kind: 'stop'; readonly drainMs: number }
  /** Tell what has been counted; answered with `figures` of the same number. */
  | { readonly kind: 'count'; readonly number: number; readonly countsSessions: boolean }
  /** The answer to `limit` of the same number. */
  | { readonly kind: 'limited'; readonly number: number; readonly permission: Permission | undefined }

/** What came of making a configuration ready. */
export interface Preparation {
  /** Why it cannot be served; undefined when it can. */
  readonly failure?: string | undefined
  /** What was found: errors where they are why, otherwise what is no error. */
  readonly problems: readonly Diagnostic[]
}

/** What a worker tells the primary. */
export type ToPrimary =
  /** The program runs, and listens to messages. */
  | { readonly kind: 'hello' }
  | ({ readonly kind: 'prepared' } & Preparation)
  | { readonly kind: 'done' }
  | { readonly kind: 'figures'; readonly number: number; readonly figures: Figures }
  /** A login is to be counted where those of all workers are. */
  | { readonly kind: 'limit'; readonly number: number; readonly call: LimitCall }

/** A call of the login limiter. */
export interface LimitCall {
  readonly method: 'allow' | 'failed' | 'succeeded'
  readonly user: string
  readonly address: string
}
