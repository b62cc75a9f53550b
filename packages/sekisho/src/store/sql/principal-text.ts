/**
 * A principal as text that a database keeps exactly: as within a JSON string. UTF-8 alone makes all lone surrogates one and
 * the same character; PostgreSQL cannot hold a NUL, and what comes after one in SQLite, not everybody sees. Quotes,
 * backslashes and control characters are escaped too; an ordinary name stays as it is.
 */
export function principalText(principal: string): string {
  return JSON.stringify(principal).slice(1, -1)
}
