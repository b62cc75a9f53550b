/**
 * The variables by which a session says that its id was replaced. The first two are those of PHP's manual, so that a page of PHP
 * that follows it understands ours, and the other way round.
 *
 * @module
 */

/** When the id was replaced, in seconds since 1970. */
export const since = 'destroyed'
/** The id that replaced it. */
export const successor = 'new_session_id'
/** Ours: an application may well have a variable that is called `destroyed`. */
export const ours = 'sekisho_replaced'
