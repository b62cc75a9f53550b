import { isPage, type Known } from '../known.ts'
import type { Seen, SeenCookie } from '../observation.ts'
import type { Terms } from '../scenario.ts'
import type { SeenSession } from '../session-text.ts'

/** The cookie with what is in it, unless it is set already. */
export function withCookie(seen: Seen, { terms, scenario }: Known, session: SeenSession): Seen {
  const { cookie, passphrases, maxAge } = terms.session
  if (seen.sessionCookies.some(({ name }) => name === cookie.name)) return seen
  const [first] = passphrases
  const line: SeenCookie = {
    name: cookie.name,
    attributes: cookie.attributes === '' ? 'HttpOnly;Secure;Version=1' : cookie.attributes,
    maxAge: maxAge === 0 ? undefined : maxAge,
    sealedBy: first === undefined ? undefined : scenario.secrets.passphrases.indexOf(first),
    content: { ...session, expiry: maxAge === 0 ? session.expiry : Date.now() / 1000 + maxAge },
  }
  return { ...seen, sessionCookies: [...seen.sessionCookies, line] }
}

/** The line that takes the cookie of the session back. */
export function removalAt({ session }: Terms): SeenCookie {
  return { ...session.cookie, maxAge: 0, sealedBy: undefined, content: 'removed' }
}

/** A time that is over ends a session, and nothing is written. */
export function isEndedByApp({ calls }: Seen, { terms, visit }: Known): boolean {
  const name = terms.session.header?.toLowerCase()
  const said = visit.answer.fields.find(([field]) => field.toLowerCase() === name)
  return calls.some((call) => !isPage(call)) && said !== undefined && /(?:^|&)expiry=1$/.test(said[1])
}
