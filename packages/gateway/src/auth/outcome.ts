import type { Authenticated, LoginType } from './visit.ts'

/** Header fields of an answer. */
export type HeaderLines = readonly (readonly [name: string, value: string])[]

/** The request may go on. */
export interface Pass {
  readonly kind: 'pass'
  /** Undefined where nobody has to log in. */
  readonly user: string | undefined
  readonly authType: LoginType | undefined
  /** What the app is to find in `Authorization`, in place of what the client sent; undefined: that. */
  readonly authorization: string | undefined
}

/** The request was a login form, and goes on with another body: that of the request that was interrupted by the login, or none. */
export interface Replay extends Authenticated {
  readonly kind: 'replay'
  readonly authorization: string | undefined
  /** Undefined: as the client sent it. */
  readonly contentType: string | undefined
  readonly body: Buffer
}

/** The request ends here. */
export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: HeaderLines
  /** A page in HTML; undefined: the one for this status, ErrorDocument or not. */
  readonly page: string | undefined
}

/** An answer with the page of its status. */
export function answer(status: number, headers: HeaderLines = []): Answer {
  return { kind: 'answer', status, headers, page: undefined }
}

/** Sends the visitor elsewhere. @param location As it is to stand in the header. */
export function redirect(status: 302 | 303 | 307, location: string, headers: HeaderLines = []): Answer {
  return answer(status, [['Location', location], ...headers])
}
