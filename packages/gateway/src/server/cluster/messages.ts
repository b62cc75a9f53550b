import type { Permission } from '../../auth/limit/login-limiter.ts'
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
  /** The answer to `limit` of the same number. */
  | { readonly kind: 'limited'; readonly number: number; readonly permission: Permission | undefined }

/** What a worker tells the primary. */
export type ToPrimary =
  /** The program runs, and listens to messages. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'prepared'; readonly failure: string | undefined }
  | { readonly kind: 'done' }
  /** A login is to be counted where those of all workers are. */
  | { readonly kind: 'limit'; readonly number: number; readonly call: LimitCall }

/** A call of the login limiter. */
export interface LimitCall {
  readonly method: 'allow' | 'failed' | 'succeeded'
  readonly user: string
  readonly address: string
}
