/**
 * What stands behind PHP's session functions: the save handler, with the verbs, the order and the results of PHP's
 * `SessionHandlerInterface`, `SessionIdInterface` and `SessionUpdateTimestampHandlerInterface`.
 *
 * @module
 */
import type { DirectiveValues } from '../ini/directive.ts'

/** A value, or a promise of one. A handler in memory answers at once, one over a network does not. */
export type Awaitable<T> = T | Promise<T>

/**
 * Where sessions are kept. One handler serves one request: it may hold a lock and an open file between `read` and `close`.
 *
 * `false` says that the verb failed. A handler that knows why throws a {@link SaveHandlerFailure} instead, whose message
 * becomes a warning of its own before PHP's. Any other error is the handler's own mistake: the session is closed, and the
 * error reaches whoever called the session function.
 */
export interface SaveHandler {
  /** Begins the work of one `start`. @param savePath `session.save_path`. @param name `session.name`. */
  open(savePath: string, name: string): Awaitable<boolean>
  /** Ends it, and gives back what `read` has locked. Comes after every `open`, even after one that failed. */
  close(): Awaitable<boolean>
  /** The bytes of a session, empty for one that is not there. The lock, where the handler has one, is taken here. */
  read(id: string): Awaitable<Uint8Array | false>
  /** Keeps the bytes, all of them or none. */
  write(id: string, data: Uint8Array): Awaitable<boolean>
  /** Removes a session; one that is not there is removed already. */
  destroy(id: string): Awaitable<boolean>
  /** Removes what nobody has used for longer than `maxLifetime` seconds. @returns How many, or `false`. */
  gc(maxLifetime: number): Awaitable<number | false>
  /** A new id; absent: the engine's own random one, of `session.sid_length`. */
  createSid?(): Awaitable<string>
  /**
   * Whether a session of this id exists; absent: strict mode takes every id, as PHP does. `false` says that there is none, and
   * whoever brought the id gets a new one: a storage that cannot tell throws.
   */
  validateId?(id: string): Awaitable<boolean>
  /** Says that an unchanged session was used, under `session.lazy_write`; absent: it is written. */
  updateTimestamp?(id: string, data: Uint8Array): Awaitable<boolean>
}

/** The settings of the running request, as a handler sees them. */
export interface IniView {
  /** A `session.*` directive, as it stands now; of other names, what the application has given, verbatim. */
  get<N extends keyof DirectiveValues>(name: N): DirectiveValues[N]
  get(name: string): string | number | boolean | undefined
  /**
   * Whether a record is to be there as soon as its session has started, as in PHP before its users asked for anything. Otherwise
   * a session that stores nothing leaves nothing.
   */
  readonly allocatesAtStart: boolean
  /** A new random id of `session.sid_length` characters; for a handler that makes sure that it is free. */
  createId(): string
  /** Raises a warning in PHP's words about something that does not make the verb fail. */
  warn(message: string): void
}

/** A kind of storage under the name that `session.save_handler` gives it. */
export interface SaveHandlerModule {
  /** What `session_module_name()` says, in lower case. */
  readonly name: string
  /** Makes the handler of one request; called when its first session starts. */
  create(settings: IniView): SaveHandler
}

/** Thrown by a verb that failed and knows why. The message is a warning in PHP's words, and names no id. */
export class SaveHandlerFailure extends Error {
  /**
   * @param message The warning.
   * @param options The `cause`.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SaveHandlerFailure'
  }
}
