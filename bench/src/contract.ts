/**
 * What takes part in the bench: one file per contender in `contenders/`, behind this interface.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/**
 * What a request does. `create` fills a new session with {@link sample} and answers its counter; `read` answers the
 * counter; `write` adds one and answers the sum. Without a session the answer of the last two is `none`.
 */
export type Action = 'create' | 'read' | 'write'

/** The actions that are measured. */
export const measured: readonly ('read' | 'write')[] = ['read', 'write']

/** What answers a `read` or `write` without a session. */
export const noSession = 'none'

/** The families of contenders that a database server or an embedded database keeps the sessions for, by the driver. */
export const storeFamilies = ['node:sqlite', 'better-sqlite3', 'pg', 'mysql2', 'ioredis', 'node-redis'] as const

/** Where the session is, and through which driver: those of one family do the same work and are compared. */
export type Family = 'cookie' | 'memory' | 'file' | (typeof storeFamilies)[number]

/** A server that must run beside the process of a contender. */
export type DatabaseServer = 'postgres' | 'mariadb' | 'redis'

/** The server around the contender; its bare handler is what a contender adds to. */
export type ServerKind = 'node' | 'express' | 'fastify'

/** A handler in the manner of `fetch`. */
export type FetchHandler = (request: Request) => Awaitable<Response>

/** A handler in the manner of `node:http`. */
export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => unknown

/** A contender that is ready, with nothing stored yet. */
export interface Mounted<Handler> {
  /** What answers each action. */
  readonly handlers: Readonly<Record<Action, Handler>>
  /** Ends it and removes what it left. */
  close?(): Awaitable<void>
}

/** One way to keep a session. */
export interface Contender {
  /** As the tables name it; also the argument of `--only`. */
  readonly name: string
  /** Its family; `bare` is no session at all. */
  readonly family: Family | 'bare'
  /** What it is in the comparison. */
  readonly role: 'bare' | 'floor' | 'ours' | 'peer'
  /** The server that it runs in over HTTP. */
  readonly server: ServerKind
  /** How many sessions it is measured over (1,000). */
  readonly sessions?: number
  /** What must run beside it; nothing by default. */
  readonly needs?: DatabaseServer
  /** It takes no part in the harness without sockets. */
  readonly onlyHttp?: true
  /** How many requests are under way at once in the harness without sockets (1). */
  readonly callers?: number
  /** Makes it for `Request` and `Response`, where it can serve those. */
  fetch?(): Awaitable<Mounted<FetchHandler>>
  /** Makes it for `(req, res)` alone, for the harness without sockets. */
  node(): Awaitable<Mounted<NodeHandler>>
  /** Makes it within an application of its server kind, for HTTP (default: {@link Contender.node}). */
  application?(): Awaitable<Mounted<NodeHandler>>
}
