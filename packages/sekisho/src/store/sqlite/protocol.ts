/**
 * What a store and its thread say to each other: calls, in the order in which they are to begin, and one answer to each.
 *
 * @module
 */
import { SekishoError, SekishoUsageError, type ErrorCode } from '../../errors.ts'
import type { SessionEvent } from '../../lib/events-node.ts'
import type { LeaseLock, PrincipalIndex, SessionStore, SessionTransfer } from '../contract.ts'
import type { SqliteSettings } from './options.ts'

type Verb = 'read' | 'create' | 'replace' | 'touch' | 'delete' | 'sweep'

/** Everything that can be called, with its arguments and its answer. */
export type Calls = Pick<SessionStore, Verb> &
  PrincipalIndex &
  LeaseLock &
  SessionTransfer & {
    /** Makes the tables. */
    ensureSchema(): Promise<void>
  }

/** What a call may be named. */
export type CallName = keyof Calls

/** What a thread is given when it starts. */
export interface ThreadData {
  readonly file: string
  readonly settings: Required<SqliteSettings>
  /** The time in its first element, instead of the machine's; for tests. */
  readonly clock: Float64Array | undefined
}

/** To the thread: a call, or the request to end. */
export type ThreadRequest =
  | { readonly id: number; readonly name: CallName; readonly args: readonly unknown[] }
  | { readonly close: true }

/** From the thread: the answer to a call, and what has happened to sessions since the last one. */
export interface ThreadAnswer {
  readonly id: number
  readonly value?: unknown
  readonly failure?: Failure
  readonly events: readonly ThreadEvent[]
}

/** An event that was raised in the thread, for those who listen outside. */
export interface ThreadEvent {
  readonly name: SessionEvent
  readonly message: unknown
}

/** An error as it crosses: the class and the code of an `Error` do not. */
export interface Failure {
  readonly isUsage: boolean
  readonly code: ErrorCode
  readonly message: string
  readonly cause: string | undefined
}

/** @returns An error as a message. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof SekishoError || error instanceof SekishoUsageError) {
    const cause = error.cause === undefined ? undefined : String(error.cause)
    return { isUsage: error instanceof SekishoUsageError, code: error.code, message, cause }
  }
  return { isUsage: false, code: 'ERR_STORE_UNAVAILABLE', message, cause: String(error) }
}

/** @returns The error that a message tells of. */
export function errorOf({ isUsage, code, message, cause }: Failure): Error {
  const options = cause === undefined ? {} : { cause: new Error(cause) }
  return isUsage ? new SekishoUsageError(code, message, options) : new SekishoError(code, message, options)
}
