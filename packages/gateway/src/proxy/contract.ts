import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Target } from './target.ts'
import type { Tunnel } from './tunnel-node.ts'

/** A request of a client, over HTTP/1 or HTTP/2. */
export type ClientMessage = IncomingMessage | Http2ServerRequest

/** What is answered to a client, over HTTP/1 or HTTP/2. */
export type ClientAnswer = ServerResponse | Http2ServerResponse

/** The head of an app's answer, before anything of it is sent. All of it may be changed. */
export interface AnswerHead {
  status: number
  /** What stands behind the status in HTTP/1; HTTP/2 has no place for it. */
  statusMessage: string
  /** Names and values in turn, `['Content-Type', 'text/html', …]`, in the app's order and case; without what is for one connection only. */
  readonly rawHeaders: string[]
}

/** How one request is passed on. */
export interface ForwardOptions {
  readonly target: Target
  /** Path and query as the app is to get them; made by `routeFor`. */
  readonly path: string
  /**
   * What the app is told: names and values in turn, in this order and case. Begin with `clientFields(request.rawHeaders)`,
   * which leaves out what is for one connection only, and add the gateway's own afterwards: a client can then not have them
   * removed by naming them in `Connection`.
   */
  readonly headers: readonly string[]
  /** Sent instead of what the client sends. */
  readonly body?: Buffer | undefined
  /** What the app is asked with, in place of the client's method. */
  readonly method?: string | undefined
  /** So many octets of a body are passed on; a longer one is an error, `ERR_BODY_TOO_LARGE` (default: any number). */
  readonly maxBody?: number | undefined
  /** True: the app sees the `Host` among {@link ForwardOptions.headers}; otherwise that of the target (default false). */
  readonly preserveHost?: boolean
  /**
   * Called with the head of the app's answer before anything is sent to the client; may change it, and resolves when the
   * answer may go out. When it rejects, the app's answer is dropped, nothing is sent, and the error is thrown to the caller.
   */
  readonly onAnswer: (head: AnswerHead) => Promise<void> | void
  /**
   * Tells which fields, by name as `foldedName` makes it, are between gateway and app alone. They are taken out where
   * `onAnswer` does not see them: of answers with a status below 200, and of trailers in both directions (default: none).
   */
  readonly isInternal?: (name: string) => boolean
}

/** How an exchange came to its end. */
export type Outcome =
  /** The client has all of the answer. */
  | 'complete'
  /** The client went away first. */
  | 'client-gone'
  /** The app's answer broke off, and the client's connection was closed for it to notice. */
  | 'app-failed'

/** What happened, for the access log. */
export interface ForwardResult {
  readonly outcome: Outcome
  /** The status that was sent; undefined when the client went away before. */
  readonly status: number | undefined
  /** Bytes of the body that were given to the client's connection; of a tunnel, all that went to the client. */
  readonly bytes: number
  /** Bytes that a tunnel took from the client; 0 for anything else. */
  readonly bytesFromClient: number
  /** Why the app's answer broke off. */
  readonly error: Error | undefined
  /** True: a kept connection turned out to be closed, and the request went out again over a new one. */
  readonly retried: boolean
}

/** A request, what is to be done with it, and where its answer goes. */
export interface Job {
  readonly request: ClientMessage
  readonly response: ClientAnswer
  readonly options: ForwardOptions
  /** For a request that wants the connection for something else. */
  readonly upgrade?: {
    /** What the client sent behind the head of its request. */
    readonly head: Buffer
    /** Called with the tunnel that came of it. */
    opened(tunnel: Tunnel): void
  }
}
