/**
 * Apache's own test of mod_session, `t/modules/session.t` of httpd-tests: 28 cases, each with five assertions about the answer.
 *
 * There a test module keeps the session: what a request brings is its query string, what is saved comes back in headers, and a
 * handler reads and writes by the functions of mod_session. A server that is asked over HTTP is shown the same thing so:
 *
 * | there                                          | here                                                                  |
 * | ---------------------------------------------- | --------------------------------------------------------------------- |
 * | the query string                               | the cookie `s`, as a browser that was given it before would send it   |
 * | the header `X-Test-Session`                    | the value of `s` in Set-Cookie; removed is the empty session          |
 * | the header `X-Test-Session-Dirty`              | whether the twin writes as well, see below                            |
 * | the encoder, which puts `TestEncoded:` before  | SessionCryptoPassphrase: `TestEncoded:x` is `x` sealed with it        |
 * | the handler's `get`, and SSI that echoes       | an app behind, which reads what SessionEnv sends it                   |
 * | the handler's `set`                            | the same app, which writes by SessionHeader: as a form, and as JSON   |
 * |                                                | the empty text, for which a form has no words                         |
 * | `X-Test-Session-Override`, copied by the       | `X-Ask`, copied by the app: what a client says in the header of       |
 * | handler from the request into the answer       | SessionHeader itself never reaches an app                             |
 * | `Session On` in a section without SessionEnv   | the app must be told to be able to read, so SessionEnv is on but in   |
 * |                                                | the two cases about SessionEnv                                        |
 *
 * A session that was changed is written whatever SessionExpiryUpdateInterval says, and one that was not only when its expiry
 * has moved by so much. So the same request is made a second time, under the host `twin`, for which the interval is longer than
 * any expiry can move: what is saved there was dirty.
 *
 * Times of expiry are those of the original, relative to now.
 *
 * Of the four assertions that the real server fails in the original, none is about what SessionHeader says, so put in this way it
 * holds in them. What it loses there (B1) it loses with a login too: `defects-cookie.test.ts` has that.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { SessionCrypto } from 'sekisho/apache'
import type { AppHandler } from '../gateway/app.ts'
import type { Visitor, VisitorAnswer } from '../gateway/visitor.ts'

/** A case as the original has it, with what it expects. */
export interface SessionCase {
  readonly name: string
  readonly method: string
  /** With the session that the request brings, as the query. */
  readonly path: string
  /** A form for the handler. */
  readonly data?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What is saved, without its time of expiry; absent: nothing is. */
  readonly session?: string
  readonly dirty: 0 | 1
  readonly expiry: 0 | 1
  readonly body: string
}

/** One of the assertions of a case, by its name in the original. */
export interface Assertion {
  readonly name: string
  readonly found: unknown
  readonly expected: unknown
}

const recorded = JSON.parse(readFileSync(new URL('../data/session-t-cases.json', import.meta.url), 'utf8')) as {
  /** When the times in the paths were worked out, in seconds. */
  readonly now: number
  readonly cases: readonly SessionCase[]
}

/** All of them, in the order of the original. */
export const sessionCases: readonly SessionCase[] = recorded.cases

const passphrase = 'of t/modules/session.t'
const crypto = new SessionCrypto({ passphrases: [passphrase] })

/** The configuration of the original, in terms of the cookie. @param app Where the app is. */
export function sessionSite(app: string): string {
  return `
ProxyPass / ${app}/
SessionCookieName s path=/
RequestHeader set X-Session "%{HTTP_SESSION}e"
${section('/sessiontest', 'Session Off')}
${section('/sessiontest/on', 'Session On', 'SessionEnv On', 'SessionHeader X-Test-Session-Override')}
${section('/sessiontest/on/encode', `SessionCryptoPassphrase "${passphrase}"`)}
${section('/modules/session', 'Session On', 'SessionEnv Off')}
${section('/sessiontest/on/expire', 'SessionMaxAge 100')}
${section('/sessiontest/on/expire/cache', 'SessionExpiryUpdateInterval 50')}
${section('/sessiontest/on/include', 'SessionInclude /sessiontest/on/include/yes', 'SessionExclude /sessiontest/on/include/yes/no')}
<If "%{HTTP_HOST} == 'twin'">
SessionExpiryUpdateInterval 1000000
</If>`
}

function section(path: string, ...lines: string[]): string {
  return `<Location ${path}>\n${lines.join('\n')}\n</Location>`
}

/** The handler of the test module, and the page that echoes HTTP_SESSION, as an app. */
export const sessionApp: AppHandler = ({ url, headers, body }, response) => {
  const session = String(headers['x-session'])
  if (url.endsWith('.shtml')) return void response.end(session === '(null)' ? '(none)' : session)
  const { 'x-ask': asked } = headers
  if (asked !== undefined) response.setHeader('X-Test-Session-Override', asked)
  const form = new URLSearchParams(body)
  const [name, value] = [form.get('name') ?? '', form.get('value')]
  if (form.get('action') === 'set') response.setHeader('X-Test-Session-Override', written(name, value))
  if (form.get('action') !== 'get') return
  const kept = new URLSearchParams(session).get(name)
  if (kept === null) response.statusCode = 404
  else response.end(kept)
}

function written(name: string, value: string | null): string {
  return value === '' ? JSON.stringify({ [name]: value }) : `${name}=${value ?? ''}`
}

/** Somebody to ask a site with: as itself, and as its twin. */
export interface SessionClients {
  readonly site: Visitor
  /** Comes with the host `twin`. */
  readonly twin: Visitor
}

/** Puts a case to a site, and says what became of its five assertions. */
export async function assertionsOf(one: SessionCase, { site, twin }: SessionClients): Promise<readonly Assertion[]> {
  const answer = await put(one, site)
  const saved = await savedBy(answer)
  const savedAnyway = await savedBy(await put(one, twin))
  const [, before, time, after] = /^(?:(.+)&)?expiry=(\d+)(?:&(.*))?$/.exec(saved ?? '') ?? []
  const session = time === undefined ? saved : [before, after].filter((part) => part !== undefined).join('&')
  return [
    { name: `response code (${one.name})`, found: answer.status, expected: 200 },
    { name: `expiry (${one.name})`, found: meaningOf(time), expected: one.expiry === 1 ? 'to come' : 'none' },
    { name: `session header (${one.name})`, found: session ?? '(none)', expected: one.session ?? '(none)' },
    {
      name: `session dirty (${one.name})`,
      found: saved !== undefined && savedAnyway !== undefined ? 1 : 0,
      expected: one.dirty,
    },
    { name: `body (${one.name})`, found: answer.text, expected: one.body },
  ]
}

function meaningOf(micros: string | undefined): 'none' | 'over' | 'to come' {
  if (micros === undefined) return 'none'
  return Number(micros) / 1000 > Date.now() ? 'to come' : 'over'
}

async function put({ path, method, data, headers = {} }: SessionCase, visitor: Visitor): Promise<VisitorAnswer> {
  const [where = '', session] = timely(path).split('?')
  const cookie = session === undefined ? undefined : `s=${await decorated(session)}`
  return visitor.visit(where, {
    method,
    headers: {
      ...(cookie !== undefined && { Cookie: cookie }),
      ...(data !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      ...('X-Test-Session-Override' in headers && { 'X-Ask': headers['X-Test-Session-Override'] }),
    },
    ...(data !== undefined && { body: data }),
  })
}

function timely(path: string): string {
  const later = Math.floor(Date.now() / 1000) - recorded.now
  return path.replace(/expiry=(\d{10})000000/, (_, seconds: string) => `expiry=${Number(seconds) + later}000000`)
}

const prefix = 'TestEncoded:'

function decorated(session: string): string | Promise<string> {
  return session.startsWith(prefix) ? crypto.seal(session.slice(prefix.length)) : session
}

/** What an answer saves, as the test module would say it; undefined: nothing. */
async function savedBy({ setCookies }: VisitorAnswer): Promise<string | undefined> {
  const values = new Set(setCookies.map((line) => /^s=([^;]*);/.exec(line)?.[1]))
  assert.ok(values.size <= 1 && !values.has(undefined), setCookies.join('\n'))
  const [value] = values
  if (value === undefined || value === '') return value
  const opened = await crypto.open(value)
  return opened === undefined ? value : `${prefix}${opened.encoded}`
}
