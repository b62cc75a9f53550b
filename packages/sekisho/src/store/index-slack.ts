/** An index entry outlives its session by so many milliseconds, so that a live session is never missing. */
export const INDEX_SLACK_MS = 60_000
