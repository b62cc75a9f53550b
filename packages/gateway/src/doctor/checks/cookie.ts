import { AuthType } from '../../config/directives/auth-basic.ts'
import { SessionDBDPerUser } from '../../config/directives/session-dbd.ts'
import { SessionCookie } from '../../session/session-cookie.ts'
import { jarProblems } from '../browser/jar.ts'
import { parseSetCookie } from '../browser/set-cookie.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { edit } from '../mend/shell.ts'
import type { SitePatient } from '../site/patient.ts'
import type { Meeting, Section } from '../site/sections.ts'
import { SessionCompat } from '../../config/directives/session.ts'
import { cookieAdvice, cookiePlace } from './cookie-advice.ts'

/** Does a browser keep the cookie, and return it? */
export const cookieCheck: Check<SitePatient> = {
  name: 'cookie',
  asks: 'Which Set-Cookie does a visitor get in each section, does a browser keep it, and does it come back to where it is needed?',
  item: '7-2',
  needs: ['configuration'],
  looks: (patient) => patient.sections.map((about) => ({ about, run: () => look(about) })),
}

/** As long as a token, or a session with little in it. */
const value = 'x'.repeat(64)

function look(section: Section): Sight {
  const { settings, policy, name, meetings } = section
  if (policy.store === 'dbd' && settings.get(SessionDBDPerUser))
    return { details: [`${name}: no cookie; the session is that of the user`] }
  const findings = meetings.flatMap((meeting) => judged(section, meeting))
  const never = neverSet(section)
  const line = lineFor(section, meetings.at(0)?.scheme ?? 'http').replace(value, '…')
  return { findings: never === undefined ? findings : [...findings, never], details: [`${name}: Set-Cookie: ${line}`] }
}

/** The line that the gateway itself would send. */
function lineFor({ policy }: Section, scheme: Meeting['scheme']): string {
  const maxAge = policy.idleSeconds ?? 0
  return new SessionCookie(policy.cookie).set(value, { secure: scheme === 'https', maxAge })
}

function judged(section: Section, meeting: Meeting): Advice[] {
  const line = lineFor(section, meeting.scheme)
  const problems = jarProblems(line, { ...meeting, path: section.path })
  const others = section.meetings.filter(({ host }) => host === meeting.host)
  const isServedSafely = others.some(({ scheme }) => scheme === 'https')
  const findings = problems.map((problem) => cookieAdvice(problem, { section, meeting, isServedSafely }))
  return [...findings, ...(problems.length === 0 ? openness(section, line, meeting) : [])]
}

/** What a browser keeps, and a thief too. */
function openness(section: Section, line: string, meeting: Meeting): Advice[] {
  const attributes = parseSetCookie(line)?.attributes
  const place = cookiePlace(section)
  const { name } = section.policy.cookie
  const isWritten = section.policy.cookie.attributes !== undefined && place !== undefined
  const add = (attribute: string) => (isWritten ? { command: edit.end(place, `; ${attribute}`) } : {})
  const findings: Advice[] = []
  if (attributes?.has('httponly') === false) {
    const message = `Scripts of the page can read the cookie ${name}: it lacks HttpOnly`
    findings.push(advice('warning', 'cookie-open', message, { ...place, expected: 'HttpOnly', ...add('HttpOnly') }))
  }
  if (meeting.scheme === 'https' && attributes?.has('secure') === false) {
    const message = `The cookie ${name} is also sent in clear, over http: it lacks Secure`
    findings.push(advice('warning', 'cookie-open', message, { ...place, expected: 'Secure', ...add('Secure') }))
  }
  return findings
}

/** As in the real server, a session in the cookie begins with the first thing to keep; here is nobody who would keep anything. */
function neverSet({ settings, policy, name }: Section): Advice | undefined {
  const hasWriter = policy.header !== undefined || policy.idleSeconds !== undefined
  const login = settings.get(AuthType) ?? 'None'
  // A session begins with any login, as the article has it; in the real server with that of a form.
  const hasLogin = login === 'Form' || (login !== 'None' && settings.get(SessionCompat) !== 'apache')
  if (policy.autoStart || hasWriter || hasLogin) return undefined
  const place = cookiePlace({ settings })
  const message = `session not found: nobody gets a cookie in ${name}: no session begins by itself, and there is no SessionHeader by which an app could begin one`
  return advice('warning', 'cookie-never-set', message, {
    ...place,
    expected: 'SessionAutoStart On, SessionHeader, SessionTimeout or AuthType Form',
    ...(place !== undefined && { command: edit.behind(place, 'SessionAutoStart On') }),
  })
}
