import type { Exception } from '../exception.ts'
import { headersOf, isPage, opensSession } from '../known.ts'
import { setOf } from '../observation.ts'

/** What clients get beside cookies. */
export const answersOnPurpose: readonly Exception[] = [
  {
    name: 'session headers are for the gateway',
    basis: 'spec 1.8, 7.1',
    why: 'What an app says about a session is not for the client, whichever section the answer belongs to.',
    mend: (seen, { scenario }) => {
      const internal = headersOf(scenario)
      return {
        ...seen,
        fields: Object.fromEntries(Object.entries(seen.fields).filter(([name]) => !internal.has(name))),
      }
    },
  },
  {
    name: 'a redirect of the server itself opens no session',
    basis: 'design 1',
    why: 'Redirect outside of all sections answers before anything is known of sections, so it costs no session.',
    mend: (seen, { visit }) =>
      visit.path.startsWith('/old') ? { ...seen, sessionCookies: [], cacheControl: [], vary: [] } : undefined,
  },
  {
    name: 'B4: the answer to a session is no other visitor’s',
    basis: 'B4',
    why: 'Cache-Control says so in every answer, whoever made it.',
    mend: (seen, known) => {
      if (!known.isOpened && !seen.calls.some((call) => opensSession(call, known))) return undefined
      if (seen.cacheControl.includes('no-store')) return undefined
      const said = seen.cacheControl.filter((member) => member !== 'public')
      return { ...seen, cacheControl: setOf([...said, 'no-cache', 'private']) }
    },
  },
  {
    name: 'answers vary with the cookie',
    basis: 'design 2.6',
    why: 'Where a cookie was read the answer depends on it.',
    mend: (seen, known) => {
      if (!known.isOpened && !seen.calls.some((call) => opensSession(call, known))) return undefined
      return seen.vary.includes('*') ? undefined : { ...seen, vary: setOf([...seen.vary, 'cookie']) }
    },
  },
  {
    name: 'answers vary with what decided them',
    basis: 'B4',
    why: 'The real server says which headers a condition has asked about, and forgets it where an app or an error answers.',
    mend: (seen, { terms }) =>
      seen.vary.includes('*') || terms.varies.length === 0
        ? undefined
        : { ...seen, vary: setOf([...seen.vary, ...terms.varies]) },
  },
  {
    name: 'the page of an error has its status',
    basis: 'spec 1.10',
    why: 'The real server answers 200 for what is missing when an app has the page for it.',
    mend: (seen, { first, visit }) => {
      const [call] = first.calls
      if (call === undefined || !isPage(call) || seen.status !== 200) return undefined
      return { ...seen, status: failureAt(visit.path) }
    },
  },
]

/** Places of the scenarios that answer with an error of the server's own. */
function failureAt(path: string): number {
  if (path.startsWith('/denied')) return 403
  return path.startsWith('/gone') ? 410 : 404
}
