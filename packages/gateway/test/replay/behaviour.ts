/**
 * What the real server (2.4.71) was recorded to answer, `behaviour-cases.json`, and how to ask the same of the gateway.
 *
 * Most cases are named after what was sent: behind the section, if it is named, the value of the cookie `s`. For the others it
 * stands here. All times are moved by as much as has passed since the recording.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { AppHandler, RecordedRequest } from '../gateway/app.ts'
import type { Visitor } from '../gateway/visitor.ts'

/** What came of a request. */
export interface Outcome {
  readonly status: number
  /** HTTP_SESSION, as the app was told it; null where the recording does not know. */
  readonly httpSession: string | null
  readonly setCookie: readonly string[]
  readonly setCookie2: string | null
  /** The Cookie header that the app got; null for none, and where the recording does not know. */
  readonly backendCookie: string | null
}

/** A case of the recording. */
export interface RecordedCase extends Outcome {
  readonly section: string
  readonly name: string
}

const recorded = JSON.parse(readFileSync(new URL('../data/behaviour-cases.json', import.meta.url), 'utf8')) as {
  /** When the recording was made, in milliseconds. */
  readonly t0: number
  readonly config: string
  readonly cases: readonly RecordedCase[]
}

/** In the order of the recording. */
export const recordedCases: readonly RecordedCase[] = recorded.cases

/** What is sent, and what the app answers. */
interface Asking {
  readonly path: string
  readonly cookie?: string
  /** In the header that SessionHeader names. */
  readonly written?: readonly string[]
  readonly status?: number
}

const plain = 's=test=value'

/** The cases whose names do not say what is sent. */
const askings: Readonly<Record<string, Asking>> = {
  neg: { path: '/neg', cookie: 's=a=1' },
  '30abc': { path: '/abc', cookie: 's=a=1' },
  'dup diff': { path: '/p', cookie: 's=a=1; s=a=2' },
  'dup diff maxage': { path: '/m', cookie: 's=a=1; s=a=2' },
  'space before =': { path: '/p', cookie: 's =a=1' },
  'comma sep': { path: '/p', cookie: 'x=1,s=a=1,y=2' },
  empty: { path: '/p', cookie: 's=' },
  rm: { path: '/rm', cookie: 'x=1; s=a=1; y=2' },
  'rm $Path': { path: '/rm', cookie: '$Version=1; s=a=1; $Path=/; y=2; $Path=/z' },
  'rm dup diff': { path: '/rm', cookie: 's=a=1; y=2; s=a=2' },
  'rm prefix name': { path: '/rm', cookie: 'ss=zz; s=a=1; xs=1' },
  'rm set': { path: '/rm', cookie: 'x=1; s=a=1; y=2', written: ['n=1'] },
  keep: { path: '/p', cookie: 'x=1; s=a=1; y=2' },
  'two: s': { path: '/two', cookie: 's=a=1', written: ['n=1'] },
  'two: del': { path: '/two', cookie: 's2=a=1', written: ['a='] },
  '/noattr': { path: '/noattr', written: ['n=1'] },
  '/quoted': { path: '/quoted', written: ['n=1'] },
  'noattr del': { path: '/noattr', cookie: 's=n=1', written: ['n='] },
  nostore: { path: '/nostore', cookie: 's=a=1' },
  merge: { path: '/p', cookie: `${plain}&another=1`, written: ['another=5&last=7'] },
  'header expiry future': { path: '/p', cookie: plain, written: ['z=1&expiry=1795286717556000'] },
  'header expiry future maxage': { path: '/m', cookie: plain, written: ['z=1&expiry=1795286717556000'] },
  'header =': { path: '/p', cookie: plain, written: ['='] },
  'header two': { path: '/p', cookie: plain, written: ['a=1', 'b=2'] },
  'err 404': { path: '/err', cookie: 's=a=1', status: 404 },
  'err 500': { path: '/err', cookie: 's=a=1', status: 500 },
  '304': { path: '/err', cookie: 's=a=1', status: 304 },
  '204': { path: '/err', cookie: 's=a=1', status: 204 },
  // Whatever its name says, there was an app that answered.
  'backend down': { path: '/err', cookie: 's=a=1' },
}

function askingOf({ section, name }: RecordedCase): Asking {
  const known = askings[name]
  if (known !== undefined) return known
  if (section === 'identity decode') return { path: '/p', cookie: `s=${name}` }
  const [, path = '', cookie = ''] = /^(m|intv) (.*)$/.exec(name) ?? []
  if (path === '') throw new Error(`it is not known what was sent for ${name}`)
  return { path: `/${path}`, ...(cookie !== 'nocookie' && { cookie: `s=${cookie}` }) }
}

/** The configuration of the recording. @param app Where the app is. */
export function recordedSite(app: string): string {
  return `SessionCompat apache\n${recorded.config.replaceAll('http://127.0.0.1:20050', app)}`
}

/** The same, without some of its sections. */
export function withoutSections(text: string, ...paths: readonly string[]): string {
  const sections = text.split(/^(?=<Location )/m)
  return sections.filter((one) => !paths.some((path) => one.startsWith(`<Location ${path}>`))).join('')
}

/** The app of the recording: it answers what it is asked to answer. */
export const recordedApp: AppHandler = ({ headers }, response) => {
  const { written = [], status = 200 } = JSON.parse(String(headers['x-asking'])) as Asking
  response.statusCode = status
  if (written.length > 0) response.setHeader('X-R', [...written])
}

/** Asks for what a case asked for. @param app What the app was asked last. */
export async function ask(one: RecordedCase, visitor: Visitor, app: () => RecordedRequest): Promise<Outcome> {
  const now = Date.now()
  const { cookie, path, ...asking } = JSON.parse(moved(JSON.stringify(askingOf(one)), now)) as Asking
  const answer = await visitor.get(path, {
    'X-Asking': JSON.stringify(asking),
    ...(cookie !== undefined && { Cookie: cookie }),
  })
  const { headers } = app()
  return inTimesOf(now, {
    status: answer.status,
    httpSession: one.httpSession === null ? null : String(headers['x-sess']),
    setCookie: answer.setCookies,
    setCookie2: answer.headers['set-cookie2'] ?? null,
    backendCookie: one.httpSession === null ? null : (headers.cookie?.toString() ?? null),
  })
}

/** What was recorded, in the same terms. */
export function outcomeOf({ status, httpSession, setCookie, setCookie2, backendCookie }: RecordedCase): Outcome {
  return inTimesOf(recorded.t0, { status, httpSession, setCookie, setCookie2, backendCookie })
}

function moved(text: string, now: number): string {
  return text.replaceAll(/expiry=(\d{16})/g, (_, micros: string) => {
    return `expiry=${BigInt(micros) + BigInt(now - recorded.t0) * 1000n}`
  })
}

/** Times relative to a beginning: to the millisecond what was sent, and by what it is to be what a server has worked out. */
function inTimesOf(begin: number, outcome: Outcome): Outcome {
  const relative = JSON.stringify(outcome).replaceAll(/expiry=(\d{16})/g, (_, micros: string) => {
    const later = Number(BigInt(micros) / 1000n) - begin
    return `expiry=${later >= 100_000 && later < 160_000 ? 'now + Max-Age' : later}`
  })
  return JSON.parse(relative) as Outcome
}
