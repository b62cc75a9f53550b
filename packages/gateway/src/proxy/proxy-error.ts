/** What went wrong between gateway and app, before anything was sent to the client. */
export type ProxyErrorCode =
  | 'ERR_APP_UNREACHABLE'
  | 'ERR_APP_UNKNOWN_HOST'
  | 'ERR_APP_RESTING'
  | 'ERR_APP_BUSY'
  | 'ERR_APP_CONNECT_TIMEOUT'
  | 'ERR_APP_TLS'
  | 'ERR_APP_TIMEOUT'
  | 'ERR_APP_CLOSED'
  | 'ERR_APP_ANSWER'
  | 'ERR_BODY_TOO_LARGE'
  | 'ERR_UPGRADE_BODY'

interface Kind {
  /** What the client is answered. */
  readonly status: 400 | 413 | 502 | 503 | 504
  /** How the sentence that begins with the app's address goes on. */
  readonly what: string
}

const kinds: Readonly<Record<ProxyErrorCode, Kind>> = {
  ERR_APP_UNREACHABLE: { status: 503, what: 'cannot be connected to; see whether it runs and listens there' },
  ERR_APP_UNKNOWN_HOST: { status: 502, what: 'has a host name that cannot be resolved; see the ProxyPass line' },
  ERR_APP_RESTING: {
    status: 503,
    what: 'could not be connected to a moment ago and is left alone for a while (retry=)',
  },
  ERR_APP_BUSY: { status: 503, what: 'has all of its connections in use (max=)' },
  ERR_APP_CONNECT_TIMEOUT: { status: 504, what: 'did not take a connection in time (connectiontimeout=)' },
  ERR_APP_TLS: { status: 502, what: 'could not be trusted or did not agree on TLS; see the cause' },
  ERR_APP_TIMEOUT: { status: 504, what: 'did not answer in time (timeout=, ProxyTimeout)' },
  ERR_APP_CLOSED: { status: 502, what: 'closed the connection before it answered' },
  ERR_APP_ANSWER: { status: 502, what: 'gave an answer that is not valid HTTP' },
  ERR_BODY_TOO_LARGE: { status: 413, what: 'was sent a body that is larger than what is accepted (LimitRequestBody)' },
  ERR_UPGRADE_BODY: { status: 400, what: 'was asked for an upgrade by a request with a body' },
}

/** A request that got no answer from its app. Nothing was sent to the client yet. */
export class ProxyError extends Error {
  readonly code: ProxyErrorCode
  /** What to answer. */
  readonly status: 400 | 413 | 502 | 503 | 504
  /** For `Retry-After`, in seconds; undefined where waiting promises nothing. */
  readonly retryAfter: number | undefined

  /**
   * @param code What happened.
   * @param app The address of the app, for the log.
   * @param options The `cause`; and in how many seconds it may be worth to ask again.
   */
  constructor(
    code: ProxyErrorCode,
    app: string,
    { retryAfter, ...options }: ErrorOptions & { retryAfter?: number } = {},
  ) {
    const { status, what } = kinds[code]
    super(`the app at ${app} ${what}`, options)
    this.name = 'ProxyError'
    this.code = code
    this.status = status
    this.retryAfter = retryAfter
  }
}
