import type { Exception } from '../exception.ts'
import { type Asked, headersOf, type Known, newcomer, opensSession, termsOfCall } from '../known.ts'
import type { Seen, SeenCall } from '../observation.ts'
import { encodedSession, type SeenSession } from '../session-text.ts'

/** What apps do not get from clients. */
export const hiddenFromApps: readonly Exception[] = [
  {
    name: 'no session by header',
    basis: 'spec 1.8, 7.1',
    why: 'A client that could send the session header of some section would make up sessions for the app.',
    ask: (asked, { scenario }) => without(asked, (name) => name === 'session' || headersOf(scenario).has(name)),
  },
  {
    name: 'nobody speaks for the gateway',
    basis: 'design 5',
    why: 'Who somebody is and where a request came from is for the gateway to say.',
    ask: (asked, { scenario }) =>
      without(
        asked,
        (name) =>
          name !== scenario.remoteHeader &&
          /^(?:x-forwarded-|x-real-ip$|forwarded$|x-remote-user$|remote-user$)/.test(name),
      ),
  },
  {
    name: 'nobody speaks for a proxy',
    basis: 'decision of the gateway',
    why: 'What RemoteIPHeader says is believed of those who are trusted; of what others say nothing reaches an app.',
    mend: (seen, { scenario, visit }) => {
      const { remoteHeader } = scenario
      if (remoteHeader === undefined) return undefined
      const lies = visit.fields.filter(([name]) => name === 'X-Through').map(([, value]) => value)
      return eachCall(seen, (call) => {
        const { [remoteHeader]: said = [], 'x-through': through = [], ...fields } = call.fields
        return {
          ...call,
          fields: {
            ...fields,
            ...(remoteHeader === 'x-forwarded-for' && { [remoteHeader]: said.slice(-1) }),
            ...(through.length > 0 &&
              !(scenario.tellsProxies === true && lies.includes(through.join(', '))) && { 'x-through': through }),
          },
        }
      })
    },
  },
  {
    name: 'no cookie that may be a planted one',
    basis: 'spec 9.2',
    why: 'Of several cookies that differ none counts, so the app must not pick one either.',
    mend: (seen, known) =>
      known.presented.theirs.state === 'several' && known.terms.session.on
        ? eachCall(seen, (call) => ({ ...call, cookie: known.otherCookies }))
        : undefined,
  },
  {
    name: 'no cookie where there is no session',
    basis: 'spec 2.6',
    why: 'SessionCookieRemove keeps the cookie from the app of a section whole, SessionExclude or not.',
    mend: (seen, known) => {
      const { on, remove } = known.terms.session
      if (!on || !remove || known.isOpened) return undefined
      // What begins with a `$` belongs to a cookie, and alone to nobody.
      const isAttribute = /^\$[^,;]*$/.test(known.cookies ?? '')
      if (known.asked.values.length === 0 && !isAttribute) return undefined
      return eachCall(seen, (call) => ({ ...call, cookie: known.otherCookies }))
    },
  },
]

/** What apps get to know. */
export const toldToApps: readonly Exception[] = [
  {
    name: 'the way of a request',
    basis: 'design 5',
    why: 'Apps are told the scheme that the visitor used, and all of it in the standard field as well.',
    mend: (seen, { visit }) =>
      eachCall(seen, (call) => {
        const [from = ''] = call.fields['x-forwarded-for']?.slice(-1) ?? []
        const address = from.includes(':') ? `"[${from}]"` : from
        const host = /^[\w.-]+$/.test(visit.host) ? visit.host : JSON.stringify(visit.host)
        const forwarded = [`for=${address};host=${host};proto=http`]
        return { ...call, fields: { ...call.fields, 'x-forwarded-proto': ['http'], forwarded } }
      }),
  },
  {
    name: 'the session by header',
    basis: 'spec 7.1',
    why: 'Apps behind a proxy have no environment to find the session in: SessionEnv sends it in the field Session.',
    mend: (seen, known) =>
      eachCall(seen, (call) => {
        const { session } = termsOfCall(call, known)
        if (!session.env || call.session === undefined) return call
        return { ...call, fields: { ...call.fields, session: [textOf(call.session)] } }
      }),
  },
  {
    name: 'the id by header',
    basis: 'spec 7.1',
    why: 'The field of SessionHeader goes to the app as well, with the session where SessionEnv is on and else with its id.',
    mend: (seen, known) => eachCall(seen, (call) => withHeader(call, known)),
  },
  {
    name: 'the user by header',
    basis: 'design 5',
    why: 'Apps behind a proxy have no environment to find the user in.',
    mend: (seen) =>
      eachCall(seen, (call) => {
        const user = call.fields['x-said-user'] ?? ['']
        return user[0] === '' ? call : { ...call, fields: { ...call.fields, 'x-remote-user': user } }
      }),
  },
]

function withHeader(call: SeenCall, known: Known): SeenCall {
  const terms = termsOfCall(call, known)
  const { header, env } = terms.session
  if (header === undefined || !opensSession(call, known)) return call
  const value = env ? call.session : idOf(known)
  if (value === undefined) return call
  return {
    ...call,
    fields: { ...call.fields, [header.toLowerCase()]: [typeof value === 'string' ? value : textOf(value)] },
  }
}

/** Ids are random; there is one where there is something to have one for. */
function idOf(known: Known): string | undefined {
  const { entries, user = newcomer(known) } = known.presented.mine.session
  return entries.length > 0 || user !== undefined ? '*' : undefined
}

/** Times are compared elsewhere. */
function textOf(session: SeenSession): string {
  return encodedSession({ ...session, expiry: undefined }).concat(
    session.expiry === undefined ? '' : `${session.entries.length === 0 ? '' : '&'}expiry=*`,
  )
}

function eachCall(seen: Seen, change: (call: SeenCall) => SeenCall): Seen {
  return { ...seen, calls: seen.calls.map(change) }
}

function without(asked: Asked, isTakenAway: (name: string) => boolean): Asked | undefined {
  const fields = asked.fields.filter(([name]) => !isTakenAway(name.toLowerCase()))
  return fields.length === asked.fields.length ? undefined : { ...asked, fields }
}
