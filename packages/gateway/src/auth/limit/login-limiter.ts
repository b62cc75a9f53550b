/** Whether an attempt to log in may be made. */
export type Permission =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      /** Seconds after which one will be allowed, if nobody else takes it; at least 1. */
      readonly retryAfter: number
    }

/**
 * Counts attempts to log in. Every attempt is charged when it is allowed, and given back when it succeeds. Arguments and results
 * are plain data, so that the processes of a gateway can share one limiter by messages.
 */
export interface LoginLimiter {
  /**
   * @param user Who it is about: a name that is not the same for users of different password files.
   * @param address Where it comes from.
   */
  allow(user: string, address: string): Promise<Permission>
  /** An attempt that was allowed had the wrong password. */
  failed(user: string, address: string): Promise<void>
  /** An attempt that was allowed had the right password. */
  succeeded(user: string, address: string): Promise<void>
}
