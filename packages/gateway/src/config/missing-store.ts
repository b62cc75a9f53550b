import type { Problem } from './diagnostics.ts'
import type { Directive } from './directive.ts'

/**
 * What is missing where sessions are to be kept in a database. Said in the same words by whoever finds out, so that it is told once.
 *
 * @param absent DBDriver or DBDParams: the first one that nobody has written.
 */
export function missingDatabase(absent: Pick<Directive, 'name'>): Problem {
  return {
    code: 'missing-directive',
    message: `${absent.name} not set: sessions are to be kept in a database`,
    expected: 'DBDriver mysql, pgsql or sqlite3, and DBDParams',
    fix: 'write both lines outside of all sections',
  }
}

/** What is missing where sessions are to be kept in Redis, and nothing says in which. */
export const missingRedis: Problem = {
  code: 'missing-directive',
  message: 'SessionRedisURL not set: sessions are to be kept in Redis',
  expected: 'SessionRedisURL redis://127.0.0.1:6379/0',
  fix: 'write the line outside of all sections',
}
