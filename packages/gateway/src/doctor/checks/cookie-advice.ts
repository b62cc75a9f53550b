import { SessionCookieName, SessionCookieSecure } from '../../config/directives/session-cookie.ts'
import { SessionDBDCookieName } from '../../config/directives/session-dbd.ts'
import { Session } from '../../config/directives/session.ts'
import type { Place } from '../../config/source.ts'
import type { JarProblem } from '../browser/jar.ts'
import { advice, type Advice, type DoctorCode } from '../finding.ts'
import { edit } from '../mend/shell.ts'
import type { Meeting, Section } from '../site/sections.ts'

/** Where a cookie is set. */
export interface Circumstances {
  readonly section: Section
  readonly meeting: Meeting
  /** The same host is served over https too. */
  readonly isServedSafely: boolean
}

/** The line that says how the cookie of a section is. */
export function cookiePlace({ settings }: Pick<Section, 'settings'>): Place | undefined {
  return settings.placeOf(SessionCookieName) ?? settings.placeOf(SessionDBDCookieName) ?? settings.placeOf(Session)
}

/** Takes an attribute out of that line. @param attribute An extended regular expression. */
export function withoutAttribute(place: Place | undefined, attribute: string): { command?: string } {
  return place === undefined ? {} : { command: edit.without(place, `;?[[:space:]]*${attribute}(=[^;]*)?`) }
}

/** What keeps a browser from keeping or returning the cookie, and what mends it. */
export function cookieAdvice(problem: JarProblem, circumstances: Circumstances): Advice {
  switch (problem.kind) {
    case 'insecure':
      return problem.isAtHome || circumstances.isServedSafely
        ? partlyInsecure(problem.isAtHome, circumstances)
        : insecure(circumstances)
    case 'path':
      return outOfReach(problem.path, circumstances)
    default:
      return refused(problem, circumstances)
  }
}

interface Reason extends Pick<Advice, 'expected' | 'found'> {
  readonly why: string
  readonly command?: string
}

function refused(
  problem: Exclude<JarProblem, { readonly kind: 'insecure' | 'path' }>,
  { section, meeting }: Circumstances,
): Advice {
  const place = cookiePlace(section)
  const { why, ...more } = reasonFor(problem, { name: section.policy.cookie.name, host: meeting.host, place })
  return advice('error', 'cookie-refused', `session not found: ${why}`, { ...place, ...more })
}

interface Known {
  readonly name: string
  readonly host: string
  readonly place: Place | undefined
}

function reasonFor(
  problem: Exclude<JarProblem, { readonly kind: 'insecure' | 'path' }>,
  { name, host, place }: Known,
): Reason {
  const instead = (word: string, other: string) =>
    place === undefined ? {} : { command: edit.word(place, word, other) }
  switch (problem.kind) {
    case 'unreadable':
      return { why: `the cookie ${name} holds characters that no cookie can hold` }
    case 'too-large':
      return { why: `the cookie ${name} has more than the 4,096 octets that a browser keeps` }
    case 'ended':
      return {
        why: `the cookie ${name} ends in the moment in which it is set`,
        ...withoutAttribute(place, '(Max-Age|Expires)'),
      }
    case 'prefix':
      return {
        why: `no browser keeps ${name}, because a name with ${problem.prefix} needs ${problem.lacks}`,
        expected: `${name} with Path=/; Secure, and without Domain`,
        ...instead(name, name.slice(problem.prefix.length)),
      }
    case 'same-site':
      return {
        why: `no browser keeps ${name}, because SameSite=None needs Secure`,
        expected: 'SameSite=Lax, or Secure beside SameSite=None',
        ...instead('SameSite=None', 'SameSite=Lax'),
      }
    case 'domain':
      return {
        why: `no browser keeps a cookie for ${problem.domain} that comes from ${host}`,
        expected: `Domain=${host}, one above it, or none`,
        found: `Domain=${problem.domain}`,
        ...withoutAttribute(place, 'Domain'),
      }
  }
}

function outOfReach(path: string, { section, meeting }: Circumstances): Advice {
  const place = cookiePlace(section)
  const own = section.path ?? '/'
  const { name } = section.policy.cookie
  const message = `session not found: the cookie ${name} is for ${path}, and does not come back to ${meeting.scheme}://${meeting.host}${own}`
  return advice('error', 'cookie-not-returned', message, {
    ...place,
    expected: `path=${own}`,
    found: `path=${path}`,
    ...(place !== undefined && { command: edit.word(place, path, own) }),
  })
}

function insecure({ section, meeting }: Circumstances): Advice {
  const { policy, settings } = section
  const place = cookiePlace(section)
  const isAlways = settings.get(SessionCookieSecure) && policy.cookie.attributes === undefined
  const message = `session not found: the cookie ${policy.cookie.name} is Secure on a plain http address, ${addressOf(meeting)}: no browser returns it`
  return advice('error', 'cookie-refused', message, {
    ...place,
    expected: 'https in front of the gateway or in it (SSLEngine on), or a cookie without Secure',
    ...(isAlways ? { fix: 'write SessionCookieSecure Off' } : withoutSecure(section, place)),
  })
}

/** The browsers that take plain http on this machine for secure hide the fault from whoever tries the site out. */
function partlyInsecure(isAtHome: boolean, { section, meeting }: Circumstances): Advice {
  const { name } = section.policy.cookie
  const place = cookiePlace(section)
  const address = addressOf(meeting)
  const [severity, message]: ['warning' | 'info', string] = isAtHome
    ? [
        'warning',
        `The cookie ${name} is Secure: Chromium and Firefox keep it at ${address}, because that is this machine; Safari, and any browser elsewhere, does not`,
      ]
    : [
        'info',
        `The cookie ${name} is Secure, and does not come back to ${address}: visitors have a session over https only`,
      ]
  const code: DoctorCode = 'cookie-refused'
  return advice(severity, code, message, { ...place, ...withoutSecure(section, place) })
}

/** A name without attributes gets those of the real server, Secure among them. */
function withoutSecure({ policy }: Section, place: Place | undefined): { fix?: string; command?: string } {
  const { name, attributes } = policy.cookie
  if (place === undefined || attributes === undefined) return {}
  const fix = 'serve it over https; or, to try it out, take Secure away'
  const command =
    attributes === ''
      ? edit.word(place, name, `${name} path=/; HttpOnly; SameSite=Lax`)
      : edit.without(place, ';?[[:space:]]*\\bSecure\\b')
  return { fix, command }
}

function addressOf({ host, port }: Meeting): string {
  return `http://${host}:${port}/`
}
