import { isDeepStrictEqual } from 'node:util'
import type { Exception } from '../exception.ts'
import type { Known } from '../known.ts'
import type { SeenCookie } from '../observation.ts'
import type { SeenSession } from '../session-text.ts'
import { isEndedByApp, removalAt, withCookie } from './written.ts'

/** The cookie of the session. */
export const cookiesOnPurpose: readonly Exception[] = [
  {
    name: 'B2: SessionCookieRemove keeps the session',
    basis: 'B2',
    why: 'The cookie is kept from the app, and the session is not lost with it.',
    ask: (asked, { terms }) =>
      terms.session.on && terms.session.remove ? { ...asked, withoutRemoval: true } : undefined,
  },
  {
    name: 'only what a server writes is opened',
    basis: 'design 2.1',
    why: 'Another spelling of the same octets is no cookie of ours: whatever was changed is refused.',
    ask: (asked, { terms, presented }) => {
      const [value = ''] = asked.values
      if (presented.theirs.state !== 'unreadable' || terms.session.passphrases.length === 0) return undefined
      return Buffer.from(value, 'base64').toString('base64') === value ? undefined : { ...asked, values: [] }
    },
  },
  {
    name: 'B3: a cookie is set or removed once',
    basis: 'B3',
    why: 'The same line twice says no more than once.',
    mend: (seen) => ({
      ...seen,
      sessionCookies: seen.sessionCookies.filter((cookie, at, all) => !isRepeated(cookie, all.slice(0, at))),
    }),
  },
  {
    name: 'what the gateway keeps for itself',
    basis: 'spec 7.1',
    why: 'The id of a session is in its cookie, and is no entry that an app would have to know of.',
    mend: (seen) => ({
      ...seen,
      calls: seen.calls.map((call) =>
        call.session === undefined ? call : { ...call, session: { ...call.session, hasId: false } },
      ),
    }),
  },
  {
    name: 'sealed anew under the first passphrase',
    basis: 'docs/guide/apache.md',
    why: 'A passphrase that is to be dropped gets out of use with the next answer, not with the next change.',
    mend: (seen, known) => {
      const { state, isNewest, session } = known.presented.mine
      if (state !== 'found' || isNewest || !known.isOpened || isEndedByApp(seen, known)) return undefined
      return withCookie(seen, known, session)
    },
  },
  {
    name: 'a session has an id',
    basis: 'spec 7.1',
    why: 'Where SessionHeader is set the session keeps a random id, which the app is told.',
    mend: (seen, known) => {
      if (!known.isOpened) return undefined
      const { session } = known.presented.mine
      const { header, env } = known.terms.session
      const isFirst = header !== undefined && !env && isKept(session) && !session.hasId && !isEndedByApp(seen, known)
      const whole = isFirst ? withCookie(seen, known, session) : seen
      const hasId = (header !== undefined && !env) || session.hasId
      return { ...whole, sessionCookies: whole.sessionCookies.map((cookie) => withId(cookie, hasId)) }
    },
  },
  {
    name: 'a cookie of no use is removed from pages',
    basis: 'design 2.1, spec 7.1',
    why: 'With a page, and with nothing else, a cookie that means nothing any more may go.',
    mend: (seen, known) => {
      const { state } = known.presented.mine
      if ((state !== 'expired' && state !== 'unreadable') || !known.isOpened || !isPageLoad(known)) return undefined
      const removal = removalAt(known.terms)
      if (seen.sessionCookies.some(({ name }) => name === removal.name)) return undefined
      return { ...seen, sessionCookies: [...seen.sessionCookies, removal] }
    },
  },
]

function isRepeated({ name, content }: SeenCookie, before: readonly SeenCookie[]): boolean {
  return before.some((other) => other.name === name && isDeepStrictEqual(timeless(other.content), timeless(content)))
}

/** Each line is made at a moment of its own. */
function timeless(content: SeenCookie['content']): unknown {
  return typeof content === 'string' ? content : { ...content, expiry: content.expiry !== undefined }
}

/** Where nothing is left but an id, nothing is left. */
function withId(cookie: SeenCookie, hasId: boolean): SeenCookie {
  const { content } = cookie
  if (typeof content === 'string') return cookie
  if (isKept(content) || content.expiry !== undefined)
    return { ...cookie, content: { ...content, hasId: hasId && isKept(content) } }
  const attributes = cookie.attributes === 'HttpOnly;Secure;Version=1' ? '' : cookie.attributes
  return { ...cookie, attributes, maxAge: 0, sealedBy: undefined, content: 'removed' }
}

function isKept({ entries, user }: SeenSession): boolean {
  return entries.length > 0 || user !== undefined
}

/** What a browser says when it loads a page. */
function isPageLoad({ visit }: Known): boolean {
  const said = (name: string): string | undefined => visit.fields.find(([field]) => field.toLowerCase() === name)?.[1]
  const mode = said('sec-fetch-mode')
  if (mode === undefined) return said('accept')?.includes('text/html') === true
  return mode === 'navigate' && said('sec-fetch-dest') === 'document'
}
