import { ApacheSession } from 'sekisho/apache'
import type { Question } from './client.ts'
import type { Seen, SeenCall } from './observation.ts'
import type { Scenario, Terms, Visit } from './scenario.ts'
import { blank, type SeenSession, type Sealing, sessionIn } from './session-text.ts'
import { hasSession, type SessionTerms } from './terms.ts'

/** A visit in the form in which it is put to the real server. */
export interface Asked {
  /** Ask the server that removes no cookies in the place of the other one. */
  readonly withoutRemoval: boolean
  readonly method: string
  readonly fields: Visit['fields']
  readonly body: string | undefined
  /** Values of the session's cookie. */
  readonly values: readonly string[]
}

/** What a visit brings in the cookie of the session. */
export interface Presented {
  readonly state: 'none' | 'several' | 'unreadable' | 'expired' | 'found'
  /** Blank unless it was found. */
  readonly session: SeenSession
  /** As the real server would write it; undefined when it cannot be read. */
  readonly text: string | undefined
  /** Whether the passphrase that seals today has sealed it. */
  readonly isNewest: boolean
}

/** What is known of a visit when its answers are compared. */
export interface Known {
  readonly scenario: Scenario
  readonly visit: Visit
  /** What holds at the place that is visited. */
  readonly terms: Terms
  /** Whether that place has a session, and the visit gets as far as to open it. */
  readonly isOpened: boolean
  /** What the real server gets, and what the gateway does. */
  readonly presented: Readonly<Record<'theirs' | 'mine', Presented>>
  readonly asked: Asked
  /** What the real server answered to the visit as it is. */
  readonly first: Seen
  /** The address that the visitor comes from. */
  readonly address: string
  /** What holds at another path of the same host. */
  termsOf(path: string): Terms
  /** The Cookie header, and the same without the cookie of the session and what belongs to it. */
  readonly cookies: string | undefined
  readonly otherCookies: string | undefined
  /** Seals a session as it would be sealed there. */
  seal(text: string): Promise<string>
}

/** Looks at what is in the cookies of a session. */
export async function presentedIn(
  values: readonly string[],
  { cipher, passphrases }: SessionTerms,
  sealing: Sealing,
): Promise<Presented> {
  const none = { session: blank, text: undefined, isNewest: true }
  const [value = ''] = values
  if (values.some((other) => other !== value)) return { ...none, state: 'several' }
  if (value === '') return { ...none, state: 'none' }
  const opened = await sealing.open(value, cipher, passphrases)
  if (opened === undefined) return { ...none, state: 'unreadable' }
  const { by = 0 } = opened
  const decoded = ApacheSession.decode(opened.text)
  const text = decoded.encode()
  if (decoded.expiry !== 0n && decoded.expiry < BigInt(Date.now()) * 1000n) return { ...none, state: 'expired', text }
  return { state: 'found', session: sessionIn(text), text, isNewest: by === 0 }
}

/** The request that a visit makes. */
export function questionOf(visit: Visit, { method, fields, body }: Asked, cookie: string | undefined): Question {
  return { host: visit.host, target: visit.target, method, fields, body, cookie }
}

/** The names of all fields in which apps say something about sessions, in lower case. */
export function headersOf({ hosts }: Scenario): Set<string> {
  return new Set(hosts.flatMap((host) => host.sessionHeaders).map((name) => name.toLowerCase()))
}

/** What holds where a call comes from: the place that is visited, or that of a page for an error. */
export function termsOfCall(call: SeenCall, { terms, termsOf }: Known): Terms {
  return isPage(call) ? termsOf(pathOf(call)) : terms
}

/** Whether a session is open where a call comes from. */
export function opensSession(call: SeenCall, known: Known): boolean {
  if (!isPage(call)) return known.isOpened
  return hasSession(termsOfCall(call, known).session, pathOf(call))
}

/** Pages for errors lie at the same path on all servers. */
export function isPage({ url }: SeenCall): boolean {
  return url.startsWith('/pages/')
}

function pathOf({ url }: SeenCall): string {
  return url.replace(/[?].*$/, '')
}

/** What survives a login: SessionLoginKeep, where no directive says it. */
const kept: readonly string[] = ['cart', 'lang', 'language']

/** Whom a visit logs in; undefined: nobody, or whoever is logged in already. */
export function newcomer(known: Known): string | undefined {
  const { terms, isOpened, presented } = known
  const { user } = presented.mine.session
  if (!isOpened || terms.access === undefined || terms.access.handler === 'logout') return undefined
  const found = terms.access.type === 'basic' ? basicUser(known) : formUser(known)
  return found === user && terms.access.handler === undefined ? undefined : found
}

/** Refused requests log nobody in. */
function basicUser({ first }: Known): string | undefined {
  const isIn = first.calls.some((call) => !isPage(call)) || ![401, 403].includes(first.status)
  return isIn && first.user !== '' ? first.user : undefined
}

function formUser(known: Known): string | undefined {
  const { login } = known.visit
  return attemptsLogin(known) && login?.isRight === true ? login.user : undefined
}

/** Whether a form is taken for a login. At a protected place, whoever is logged in sends forms to the app. */
export function attemptsLogin({ visit, terms, presented }: Known): boolean {
  if (visit.method !== 'POST' || terms.access?.type !== 'form') return false
  return terms.access.handler === 'login' || presented.mine.session.user === undefined
}

/** The session that a login leaves of the one before. */
export function keptAtLogin({ state, text = '' }: Presented, before: string | undefined, user: string): string {
  const survives = (pair: string): boolean => {
    const [key = ''] = pair.toLowerCase().split('=', 1)
    return key === 'expiry' || ((before === undefined || before === user) && kept.includes(key))
  }
  return state === 'found' ? text.split('&').filter(survives).join('&') : ''
}
