import type { AppCall } from './app.ts'
import type { Reply } from './client.ts'
import { answerField, visitField } from './app.ts'
import { type Opened, type SeenSession, sessionIn } from './session-text.ts'

/** A cookie of a session, as an answer sets it. */
export interface SeenCookie {
  readonly name: string
  /** All behind the value, but for Max-Age. */
  readonly attributes: string
  readonly maxAge: number | undefined
  /** The place of the passphrase among the {@link Secrets}; undefined: it is not sealed. */
  readonly sealedBy: number | undefined
  readonly content: SeenSession | 'removed' | 'unreadable'
}

/** A request as the app got it. */
export interface SeenCall {
  readonly method: string
  readonly url: string
  /** What SessionEnv says; undefined: nothing. */
  readonly session: SeenSession | undefined
  readonly cookie: string | undefined
  readonly fields: Fields
  readonly body: string
}

/** Values by name, in lower case. */
export type Fields = Readonly<Record<string, readonly string[]>>

/** All that is compared about the answer to a visit. */
export interface Seen {
  readonly status: number
  readonly location: string | undefined
  /** WWW-Authenticate. */
  readonly challenge: string | undefined
  readonly sessionCookies: readonly SeenCookie[]
  readonly otherCookies: readonly string[]
  readonly cacheControl: readonly string[]
  readonly vary: readonly string[]
  readonly fields: Fields
  /** A page that each server has in words of its own is `ownPage`. */
  readonly body: string
  readonly calls: readonly SeenCall[]
  /** Who is logged in, as far as the answer says it. It is not compared. */
  readonly user: string
}

export const ownPage = 'a page of the server itself'

/** In this field apps are told of the session, and in this one clients of who they are. */
export const sessionField = 'x-said-session'
export const userField = 'x-answered-user'

/** Matters of the connection, of the moment, or of a file. */
const uncompared: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'date',
  'server',
  'via',
  'accept-ranges',
  'etag',
  'last-modified',
  'allow',
  'host',
  'content-security-policy',
  visitField.toLowerCase(),
  answerField.toLowerCase(),
  userField,
])
const apart: ReadonlySet<string> = new Set([
  'location',
  'www-authenticate',
  'set-cookie',
  'cache-control',
  'vary',
  'cookie',
  sessionField,
])

/** What reading an answer takes. */
export interface Reading {
  /** Reads the value of a session's cookie. */
  open(value: string): Promise<Opened | undefined>
  /** Names of sessions' cookies. */
  readonly cookieNames: ReadonlySet<string>
  /** A Cookie header, with a word in the place of what each server has written in its own way. */
  alike(cookie: string): string
}

/** What is compared about an answer and the calls that it has led to. */
export async function seenIn(reply: Reply, calls: readonly AppCall[], reading: Reading): Promise<Seen> {
  const lines = valuesOf(reply.fields, 'set-cookie')
  const isSession = (line: string): boolean => reading.cookieNames.has(line.slice(0, line.indexOf('=')))
  const isOwn = /^<!DOCTYPE html(?: PUBLIC|>\n<html lang="en">\n<meta charset)/i.test(reply.body)
  return {
    status: reply.status,
    location: valuesOf(reply.fields, 'location')[0],
    challenge: valuesOf(reply.fields, 'www-authenticate')[0],
    sessionCookies: await Promise.all(lines.filter(isSession).map((line) => cookieIn(line, reading))),
    otherCookies: lines.filter((line) => !isSession(line)),
    cacheControl: setOf(membersOf(reply.fields, 'cache-control')),
    vary: setOf(membersOf(reply.fields, 'vary')),
    fields: isOwn ? withoutPage(comparedFields(reply.fields)) : comparedFields(reply.fields),
    body: isOwn ? ownPage : reply.body,
    calls: calls.map((call) => callIn(call, reading)),
    user: valuesOf(reply.fields, userField)[0] ?? '',
  }
}

/** A Set-Cookie line: `name=value;Max-Age=10;attributes`. */
async function cookieIn(line: string, { open }: Reading): Promise<SeenCookie> {
  const [, name = '', value = '', age, attributes = ''] = /^([^=]*)=([^;]*);(?:Max-Age=(\d+);)?(.*)$/s.exec(line) ?? []
  const maxAge = age === undefined ? undefined : Number(age)
  if (value === '') return { name, attributes, maxAge, sealedBy: undefined, content: 'removed' }
  const opened = await open(value)
  const content = opened === undefined ? 'unreadable' : sessionIn(opened.text)
  return { name, attributes, maxAge, sealedBy: opened?.by, content }
}

function callIn({ method, url, fields, body }: AppCall, { alike }: Reading): SeenCall {
  const [session] = valuesOf(fields, sessionField)
  const [cookie] = valuesOf(fields, 'cookie')
  return {
    method,
    url,
    session: session === undefined || session === '(null)' ? undefined : sessionIn(session),
    cookie: cookie === undefined ? undefined : alike(cookie),
    fields: comparedFields(fields),
    body,
  }
}

type List = readonly (readonly [name: string, value: string])[]

function valuesOf(fields: List, name: string): string[] {
  return fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
}

/** Several fields with one name are one list (RFC 9110, 5.3). */
function membersOf(fields: List, name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => member.trim())
}

/** Members whose order and number mean nothing. */
export function setOf(members: readonly string[]): string[] {
  return [...new Set(members.map((member) => member.toLowerCase()))].toSorted()
}

function comparedFields(fields: List): Fields {
  const names = new Set(fields.map(([name]) => name.toLowerCase()))
  const compared = [...names].filter((name) => !uncompared.has(name) && !apart.has(name)).toSorted()
  return Object.fromEntries(compared.map((name) => [name, membersOf(fields, name).map(lasting)]))
}

function withoutPage(fields: Fields): Fields {
  const { 'content-type': _, ...others } = fields
  return others
}

/** Without what differs each time: the time of expiry, ids. Each server says the character set of its own pages. */
function lasting(value: string): string {
  return value
    .replace(/^(text\/html); charset=.*$/i, '$1')
    .replace(/(^|&)(expiry)=\d{16}/i, '$1$2=*')
    .replace(/^[\w-]{22}$/, '*')
}
