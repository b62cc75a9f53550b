/** For contenders that want a secret; it is worth nothing. */
export const secret = 'a-secret-for-the-bench-alone-that-is-long-enough'
