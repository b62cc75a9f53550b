/**
 * A transport finds the carrier (the string that stands for a session) in a request and puts it into an answer.
 * It knows header text and never looks into the carrier.
 *
 * @module
 */

/** The headers of a request: a fetch `Headers`, or Node's `IncomingMessage.headers`. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined }

/** The headers of an answer, as far as they are needed; a fetch `Headers` is one. Several `Set-Cookie` are kept apart by `append`. */
export interface AnswerHeaders {
  /** The cookies that the answer sets, one entry each, where the headers can tell. */
  getSetCookie?(): string[]
  /** @returns The value, joined with `, ` when there are several; `null` when absent. */
  get(name: string): string | null
  /** Replaces the header. */
  set(name: string, value: string): void
  /** Adds a value beside those that are there. */
  append(name: string, value: string): void
}

/** What a request carried. */
export interface Presented {
  /** The carrier, when there was exactly one; equal ones count once. */
  readonly carrier?: string
  /** Several different carriers came under our name: none of them is taken. */
  readonly ambiguous?: boolean
  /**
   * The client carries the session by its own doing, as in a header: its secret is replaced, and a new session given to it,
   * only where the application asks for that.
   */
  readonly explicit?: boolean
  /** Which further cookies of a divided carrier came along, by number. */
  readonly chunks?: readonly number[]
}

/** What the answer shall do to the carrier in the browser. */
export type CarrierChange =
  | {
      readonly kind: 'set'
      /** The new carrier. */
      readonly carrier: string
      /** Seconds until the session ends at the latest: the limit of a persistent carrier. */
      readonly maxAge: number
      /** The answer to a login: also the moment to remove namesakes on former paths. */
      readonly login: boolean
    }
  | { readonly kind: 'expire' }
  /** Nothing changes, but the answer depends on what was read. */
  | { readonly kind: 'keep' }

/** One way for a session to travel. */
export interface Transport {
  /** Finds the carrier. Never throws: what cannot be read was not presented. */
  read(headers: RequestHeaders): Presented
  /**
   * Puts the change and its caching rules into the answer, never weakening what the application said.
   *
   * @param presented What `read` found in the request.
   */
  write(headers: AnswerHeaders, change: CarrierChange, presented?: Presented): void
  /**
   * Throws for a carrier that `write` would refuse in this answer, before anything has happened. Absent: it takes any that
   * fits into a header.
   */
  check?(carrier: string, presented?: Presented): void
}
