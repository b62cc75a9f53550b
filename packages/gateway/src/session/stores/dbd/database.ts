import type { SessionStore } from 'sekisho/store'
import type { SqlRowsOptions } from 'sekisho/store/rows'
import type { Resource } from '../../shared-resources.ts'

/** A database of DBDriver and DBDParams, with its connections. */
export interface SessionDatabase extends Resource {
  /** Runs a statement, as `sekisho/store/rows` asks for it. */
  readonly query: SqlRowsOptions['query']
  readonly placeholder: SqlRowsOptions['placeholder']
  /** The library's own store in it, for sites without statements of their own. */
  ownStore(): OwnStore
  /**
   * Runs work on one connection, in a transaction that is rolled back at the end: nothing of it stays. A statement that fails in it
   * leaves the others unharmed.
   */
  rolledBack<T>(work: (query: SqlRowsOptions['query']) => Promise<T>): Promise<T>
}

/** The library's own store in a database. */
export interface OwnStore {
  readonly store: SessionStore
  /** The SQL that makes its tables. */
  readonly schema: string
  /** Makes what is missing, and checks what is there. */
  prepare(): Promise<void>
}

/** What the DBD directives say about connections. */
export interface DatabaseTerms {
  readonly params: string
  /** Statements for every new connection. */
  readonly init: readonly string[]
  readonly min: number
  readonly keep: number
  readonly max: number
  /** Seconds for which a connection that nobody uses is kept; 0: it is closed after its use. */
  readonly idleSeconds: number
  /** Is told of connections that break while nobody uses them. */
  onError(error: unknown): void
}

/** A statement of DBDInitSQL has failed: the connection is of no use. */
export function initFault({ message }: Error): Error {
  return new Error(`DBDInitSQL failed: ${message}`)
}
