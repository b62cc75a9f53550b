import type { Exception } from '../exception.ts'
import type { Known } from '../known.ts'
import { ownPage, type Seen, type SeenCookie } from '../observation.ts'
import { encodedSession } from '../session-text.ts'
import { removalAt } from './written.ts'

/** What is too large. They come last: nothing else holds for such an answer. */
export const limitsOnPurpose: readonly Exception[] = [
  {
    name: 'B7: no cookie that browsers drop',
    basis: 'B7',
    why: 'What an app adds to a session that is full is refused aloud, rather than lost in the browser.',
    mend: (seen, { visit }) =>
      seen.sessionCookies.some(isDropped)
        ? { ...ownAnswer(seen, 500, visit.method), cacheControl: ['no-store'] }
        : undefined,
  },
  {
    name: 'B7: too many cookies are healed',
    basis: 'B7',
    why: 'A browser that sends more than is accepted is told which of its headers, and its session is taken back.',
    mend: (seen, known) => {
      if (seen.status !== 400 || !isTooMuch(known)) return undefined
      const { terms, presented, visit } = known
      const answer = ownAnswer(seen, 431, visit.method)
      return { ...answer, sessionCookies: presented.mine.state === 'none' ? [] : [removalAt(terms)] }
    },
  },
]

function ownAnswer(seen: Seen, status: number, method: string): Seen {
  const nothing = { location: undefined, challenge: undefined, sessionCookies: [], otherCookies: [], cacheControl: [] }
  // Without its text, a page cannot be known for one of the server's own.
  const page =
    method === 'HEAD' ? { fields: { 'content-type': ['text/html'] }, body: '' } : { fields: {}, body: ownPage }
  return { ...seen, ...nothing, ...page, status, vary: [] }
}

/** Name, value and the octets of sealing: see `portions`, which keep far from the limit. */
function isDropped({ content, sealedBy }: SeenCookie): boolean {
  return typeof content !== 'string' && encodedSession(content).length > (sealedBy === undefined ? 4060 : 3000)
}

function isTooMuch({ visit }: Known): boolean {
  return visit.spelling.before.join('').length > 8190
}
