import type { Exception } from '../exception.ts'
import { type Asked, attemptsLogin, isPage, keptAtLogin, type Known, newcomer } from '../known.ts'
import { ownPage, type Seen, type SeenCookie } from '../observation.ts'
import type { Terms } from '../scenario.ts'
import { blank, type SeenSession, sessionIn } from '../session-text.ts'
import { isEndedByApp, removalAt, withCookie } from './written.ts'

/** Logins, and what they leave in sessions. */
export const loginsOnPurpose: readonly Exception[] = [
  {
    name: 'B1: a login is not lost with an old cookie',
    basis: 'B1',
    why: 'What begins in place of an expired or unreadable session is kept like any other.',
    ask: (asked, known) =>
      newcomer(known) !== undefined && ['expired', 'unreadable'].includes(known.presented.theirs.state)
        ? { ...asked, values: [] }
        : undefined,
  },
  {
    name: 'B9: a login drops what an attacker may have planted',
    basis: 'B9, design 2.1',
    why: 'Only keys that are declared harmless survive a login.',
    ask: async (asked, known) => {
      const user = newcomer(known)
      const { theirs, mine } = known.presented
      if (user === undefined || theirs.state !== 'found') return undefined
      const text = keptAtLogin(theirs, mine.session.user, user)
      return { ...asked, values: text === '' ? [] : [await known.seal(text)] }
    },
  },
  {
    name: 'B11: a login leads to no other site',
    basis: 'B11, spec 5.2 (c)',
    why: 'Whoever made up the link to the login would choose where it leads.',
    ask: (asked, known) => {
      const location = known.visit.login?.location
      const isElsewhere = location !== undefined && !/^\/(?!\/)/.test(location)
      return isElsewhere && attemptsLogin(known) ? withoutLocation(asked) : undefined
    },
  },
  {
    name: 'a wrong password does not lead on',
    basis: 'spec 5.2',
    why: 'The real server sends to where a right password was to lead, and nobody is told that it was wrong.',
    ask: (asked, known) => {
      const { visit, terms } = known
      const isWrong = visit.login?.isRight === false && attemptsLogin(known)
      return isWrong && terms.access?.hasLoginPage !== true ? withoutLocation(asked) : undefined
    },
  },
  {
    name: 'no password in the session',
    basis: 'spec 5.2 (a)',
    why: 'The session holds who logged in and never the password, and tells neither to the app as an entry.',
    mend: (seen, known) => {
      const realms = realmsOf(known)
      if (realms.length === 0) return undefined
      const sessionCookies = seen.sessionCookies.map((cookie) => changed(cookie, (content) => named(content, realms)))
      const calls = seen.calls.map((call) =>
        call.session === undefined ? call : { ...call, session: { ...named(call.session, realms), user: undefined } },
      )
      return { ...seen, sessionCookies, calls }
    },
  },
  {
    name: 'no password for the app',
    basis: 'spec 5.2 (a)',
    why: 'AuthFormFakeBasicAuth tells the name; the password is not known any more.',
    mend: (seen, { terms }) =>
      terms.access?.type !== 'form'
        ? undefined
        : { ...seen, calls: seen.calls.map((call) => ({ ...call, fields: withoutPassword(call.fields) })) },
  },
  {
    name: 'Basic begins a session',
    basis: 'spec 7.1',
    why: 'Whoever comes in by Basic authentication gets the session of the section, and a session of somebody else ends.',
    mend: (seen, known) => {
      const { session } = known.presented.mine
      const comes = known.terms.access?.type === 'basic' ? newcomer(known) : undefined
      const user = comes ?? (hasBasic(known) ? session.user : undefined)
      if (user === undefined || !known.isOpened) return undefined
      const begins = comes !== undefined && !isEndedByApp(seen, known)
      const left = sessionIn(keptAtLogin(known.presented.mine, session.user, user))
      const kept = withoutRemoval(seen, known)
      const isEmptied = kept.sessionCookies.length < seen.sessionCookies.length
      const whole = begins || isEmptied ? withCookie(kept, known, begins ? left : blank) : seen
      const isOf = ({ name }: SeenCookie): boolean => name === known.terms.session.cookie.name
      const sessionCookies = whole.sessionCookies.map((cookie) =>
        isOf(cookie) ? changed(cookie, (content) => ({ ...content, user })) : cookie,
      )
      return { ...whole, sessionCookies }
    },
  },
  {
    name: 'what a login answers is kept nowhere',
    basis: 'spec 5.2',
    why: 'The handler for logins says no-store, as the real server does where a login is asked for.',
    mend: (seen, { terms, visit }) =>
      terms.access?.handler === 'login' && visit.method === 'POST' && [200, 401].includes(seen.status)
        ? { ...seen, cacheControl: ['no-store'] }
        : undefined,
  },
  {
    name: 'a location is a URL',
    basis: 'RFC 9110, 10.2.2',
    why: 'What comes out of a request is escaped where a URL cannot have it.',
    mend: (seen) =>
      seen.location === undefined ? undefined : { ...seen, location: seen.location.replaceAll(' ', '%20') },
  },
  {
    name: 'nothing is of no type',
    basis: 'spec 5.2',
    why: 'The body of a login form is not passed on, so its type is not either.',
    mend: (seen, known) => {
      if (!attemptsLogin(known) || known.visit.login?.isRight !== true) return undefined
      const calls = seen.calls.map((call) => {
        const { 'content-type': _, ...fields } = call.fields
        return call.body === '' ? { ...call, fields } : call
      })
      return { ...seen, calls }
    },
  },
  {
    name: 'a logout is no link',
    basis: 'spec 5.2 (d)',
    why: 'A picture on any site can be a link, so a GET is answered with a page that asks.',
    mend: (seen, known) => {
      const { user } = known.presented.mine.session
      const { method } = known.visit
      if (known.terms.access?.handler !== 'logout' || !isReading(method) || user === undefined) return undefined
      const sessionCookies = unchanged(seen, known).map((cookie) =>
        changed(cookie, (content) => ({ ...content, user })),
      )
      return { ...seen, status: 200, location: undefined, sessionCookies, body: method === 'HEAD' ? '' : ownPage }
    },
  },
  {
    name: 'nobody logs out',
    basis: 'design 1',
    why: 'Where nobody is logged in a logout changes nothing, so nothing is written for it.',
    mend: (seen, known) =>
      known.terms.access?.handler === 'logout' && known.presented.mine.session.user === undefined
        ? { ...seen, sessionCookies: unchanged(seen, known) }
        : undefined,
  },
  {
    name: 'a logout leaves no empty cookie',
    basis: 'design 2.1',
    why: 'Who has logged out and has nothing else in the session gets its cookie removed, whatever its time.',
    mend: (seen, { terms, visit, presented }) => {
      const isOut = terms.access?.handler === 'logout' && !isReading(visit.method)
      if (!isOut || presented.mine.session.user === undefined) return undefined
      return { ...seen, sessionCookies: seen.sessionCookies.map((cookie) => emptied(cookie, terms)) }
    },
  },
  {
    name: 'a login is known where it is not asked for',
    basis: 'decision of the gateway',
    why: 'Where everybody is let in, an app is still told who is logged in by the form.',
    mend: (seen, { terms, presented }) => {
      const { user } = presented.mine.session
      if (terms.access?.type !== 'form' || user === undefined) return undefined
      const faked = terms.access.fakesBasic === true ? { authorization: [basicHeader(user)] } : {}
      const calls = seen.calls.map((call) =>
        isPage(call) || call.fields['x-said-user']?.[0] !== ''
          ? call
          : { ...call, fields: { ...call.fields, 'x-said-user': [user], ...faked } },
      )
      return { ...seen, calls }
    },
  },
  {
    name: 'a logout is posted once',
    basis: 'spec 5.2 (d)',
    why: 'After 307 a browser would post to the next page what it posted here.',
    mend: (seen, { terms, visit }) =>
      terms.access?.handler === 'logout' && !isReading(visit.method) && seen.status === 307
        ? { ...seen, status: 303 }
        : undefined,
  },
]

function withoutLocation(asked: Asked): Asked | undefined {
  const body = asked.body?.replace(/&httpd_location=[^&]*/, '')
  return body === asked.body ? undefined : { ...asked, body }
}

function realmsOf({ scenario }: Known): string[] {
  const access = scenario.hosts.flatMap(({ sections }) => sections.map((section) => section.access))
  const realms = access.flatMap((one) => (one === undefined || one === 'none' || one.type === 'basic' ? [] : one.realm))
  return [...new Set(realms)]
}

/** A session whose login is no entry. */
function named(session: SeenSession, realms: readonly string[]): SeenSession {
  let { user } = session
  const entries = session.entries.filter((entry) => {
    const [key = '', value = ''] = entry.split('=')
    const realm = realms.find((one) => key.startsWith(`${one.replaceAll(' ', '+')}-`))
    if (realm === undefined || !/-(?:user|pw|site)$/.test(key)) return true
    if (key.endsWith('-user')) user = decodeURIComponent(value.replaceAll('+', ' '))
    return false
  })
  return { ...session, entries, user }
}

function changed(cookie: SeenCookie, change: (content: SeenSession) => SeenSession): SeenCookie {
  return typeof cookie.content === 'string' ? cookie : { ...cookie, content: change(cookie.content) }
}

/** Where there is a login, a session is not empty. */
function withoutRemoval(seen: Seen, { terms }: Known): Seen {
  const isRemoval = ({ name, content }: SeenCookie): boolean =>
    name === terms.session.cookie.name && content === 'removed'
  return { ...seen, sessionCookies: seen.sessionCookies.filter((cookie) => !isRemoval(cookie)) }
}

function hasBasic({ scenario }: Known): boolean {
  return scenario.hosts.some(({ sections }) =>
    sections.some(({ access }) => access !== undefined && access !== 'none' && access.type === 'basic'),
  )
}

function withoutPassword(fields: Seen['fields']): Seen['fields'] {
  const [sent = ''] = fields['authorization'] ?? []
  if (!sent.startsWith('Basic ')) return fields
  const [user = ''] = Buffer.from(sent.slice('Basic '.length), 'base64').toString().split(':', 1)
  return { ...fields, authorization: [basicHeader(user)] }
}

/** Without a password, which nobody knows any more. */
function basicHeader(user: string): string {
  return `Basic ${Buffer.from(`${user}:`).toString('base64')}`
}

function emptied(cookie: SeenCookie, terms: Terms): SeenCookie {
  return typeof cookie.content === 'string' || cookie.content.entries.length > 0 ? cookie : removalAt(terms)
}

/** The cookies that are set although nothing has changed: where the time of expiry has moved far enough. */
function unchanged({ sessionCookies }: Seen, { terms, presented }: Known): readonly SeenCookie[] {
  const { maxAge, interval } = terms.session
  const moved = Date.now() / 1000 + maxAge
  const isFresh = moved - (presented.mine.session.expiry ?? moved) < interval
  return maxAge === 0 || (interval > 0 && isFresh) ? [] : sessionCookies
}

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
