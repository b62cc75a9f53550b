/**
 * The plain answer that goes out in place of the handler's: short, not cached, and without a cookie, so that an outage
 * of the store logs nobody out.
 *
 * @module
 */
import { SekishoError, SekishoUsageError } from '../errors.ts'

/** An answer as plain values, for an adapter to send in its framework's way. */
export interface PlainAnswer {
  /** The HTTP status. */
  readonly status: number
  /** The headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The text; not for an answer to HEAD. */
  readonly body: string
}

const texts: Readonly<Record<number, string>> = {
  409: 'The session has changed meanwhile. Reload the page.\n',
  503: 'Service Unavailable\n',
}

/** A short answer with the given status: 500 or 503 as a rule, 409 for a session that has ended meanwhile. */
export function plainAnswer(status: number): PlainAnswer {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  const body = texts[status] ?? 'Internal Server Error\n'
  return { status, headers: status === 503 ? { ...headers, 'retry-after': '5' } : headers, body }
}

/** The status of an error of ours that a handler let through, such as a store that failed in `update`; else `undefined`. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof SekishoError ? error.status : undefined
}

/**
 * The answer when a session could not be opened or committed.
 *
 * @param error What `open` or `commit` rejected with. Its `status` counts when that is 409 or a 5xx, else the store failed: 503.
 */
export function unavailable(error: unknown): PlainAnswer {
  // A mistake of the calling code (a value that cannot be kept) does not go away by trying again.
  if (error instanceof SekishoUsageError) return plainAnswer(500)
  const status: unknown = error instanceof Error && 'status' in error ? error.status : undefined
  return plainAnswer(typeof status === 'number' && (status === 409 || (status >= 500 && status <= 599)) ? status : 503)
}

/** What `onError` does unless it is given: an outage that nobody hears of would be worse than a line on stderr. */
export function report(error: unknown): void {
  console.error(error) // oxlint-disable-line no-console
}
