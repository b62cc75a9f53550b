/** What keeps a login from being judged. */
export type AuthFaultReason =
  /** The configuration lacks something that logins need. Only an edit mends it. */
  | 'configuration'
  /** A file of users or groups cannot be read. */
  | 'file'
  /** More logins wait than the machine can judge in a reasonable time. */
  | 'overloaded'
  /** What computes hashes has failed. */
  | 'hashing'

/** A login could not be judged: that is no wrong password, and it logs nobody out. */
export class AuthFault extends Error {
  readonly reason: AuthFaultReason

  /** @param message For the log, not for the client. */
  constructor(reason: AuthFaultReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AuthFault'
    this.reason = reason
  }

  /** What to answer: 500 for a configuration that cannot work, otherwise 503, as the same request may succeed later. */
  get status(): 500 | 503 {
    return this.reason === 'configuration' ? 500 : 503
  }

  /** Who says so in the log. */
  get module(): 'authn_file' | 'authn_core' {
    return this.reason === 'configuration' || this.reason === 'file' ? 'authn_file' : 'authn_core'
  }

  /** Seconds after which to try again. */
  get retryAfter(): number | undefined {
    return this.reason === 'configuration' ? undefined : 5
  }
}
