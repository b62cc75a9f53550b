/**
 * The server's clock in SQL that MariaDB and MySQL read alike. The session's time zone has no part in it: both ends of the
 * first difference are in UTC, and the second one is freed of a change of summer time.
 *
 * @module
 */

/** Epoch milliseconds when the statement began: one instant for the whole statement, which the optimizer takes for a constant. */
export const now = "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6)) DIV 1000)"

/**
 * Milliseconds since the statement began. `SYSDATE` goes on while a statement waits for a row that somebody else has locked;
 * only so can a record that died meanwhile be told from a live one. It speaks local time: where summer time begins or ends
 * within the statement, the difference is off by a multiple of half an hour, which the remainder takes away.
 */
const waited = '((MOD(TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6)) + 8100000000, 1800000000) - 900000000) DIV 1000)'

/** Whether the row that a writing statement has just locked is alive at this moment. */
export const alive: string = `expires_at > ${now} + ${waited}`

/** The instant of a parameter in milliseconds from now; NULL for NULL. */
export const fromNow: string = `(${now} + CAST(? AS SIGNED))`

/** Whether a row has been dead for as many milliseconds as the parameter says. */
export const longDead: string = `expires_at <= ${now} - CAST(? AS SIGNED)`
