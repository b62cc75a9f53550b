/**
 * The server's clock in SQL, as whole epoch milliseconds. There are two of them, because a statement that waits for a row's
 * lock goes on later than it began.
 *
 * @module
 */

/**
 * The moment itself: for whatever writes. An UPDATE that waited for a lock looks at the new row again, and must then judge
 * by the time after the wait, or it would bring back a session that others have already seen dead.
 */
export const now = "floor(date_part('epoch', clock_timestamp()) * 1000)::bigint"

/**
 * When the statement arrived, which is before it looked at any row: for whatever only reads. A row that was seen, and was
 * dead by this time, was dead when it was seen; by a later time it may have been prolonged since. It is also the same
 * throughout a statement, so that an index can be searched by it.
 */
export const started = "floor(date_part('epoch', statement_timestamp()) * 1000)::bigint"

/**
 * A duration or an instant as PostgreSQL's bigint takes it; no lifetime is rounded down to nothing.
 *
 * @param ms Milliseconds, with or without a fraction.
 */
export function wholeMs(ms: number): number {
  return Math.min(Math.ceil(ms), latest)
}

/** Some 142,000 years: what is added to the clock must stay a safe integer. */
const latest = 2 ** 52
