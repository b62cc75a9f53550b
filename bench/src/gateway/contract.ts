/**
 * What takes part in the bench of the gateway: servers in front of one app.
 *
 * @module
 */

/** What stands in front of the app: Apache, our gateway, or the least code of `node:http` that passes a request on. */
export type Program = 'apache' | 'sekisho' | 'node'

/**
 * Whose cookies a contender is asked with. `apache`: the same ones for all, each sealed by Apache under a salt of its own;
 * `many`: the same, more than the gateway keeps keys for; `own`: those that it has made itself.
 */
export type CookieSource = 'apache' | 'many' | 'own'

/** One way to pass requests on. */
export interface FrontContender {
  /** As the tables name it; also the argument of `--only`. */
  readonly name: string
  readonly program: Program
  /** The lines about the session, in `httpd.conf`; undefined: no session. */
  readonly session?: string
  readonly cookies: CookieSource
  /** It writes the session in every answer. */
  readonly writes?: true
}

/** What one contender must cost, beside another one. */
export interface Limit {
  /** The contender that is judged. */
  readonly contender: string
  /** The one that it is compared with. */
  readonly beside: string
  /** `at most`: so many times the CPU of the other; `at least`: the other takes so many times the CPU of this one. */
  readonly kind: 'at most' | 'at least'
  readonly times: number
}
