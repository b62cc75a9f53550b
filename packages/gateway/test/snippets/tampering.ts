import assert from 'node:assert/strict'
import type { VisitorAnswer } from '../gateway/visitor.ts'
import type { Guest, Shop } from './shop.ts'

/** What HTTP lets a client say in a cookie, but for what would end it there. */
const sayable = /^[\t\u{20}-\u{7e}\u{80}-\u{ff}]$/u
const ending = /^[;,]$/

/** All texts that differ from one in a single bit of a single character, and can be sent. */
export function flippedBits(text: string): string[] {
  return [...text].flatMap((character, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((bit) => {
      const other = String.fromCharCode(character.charCodeAt(0) ^ (1 << bit))
      return sayable.test(other) && !ending.test(other) ? [text.slice(0, at) + other + text.slice(at + 1)] : []
    }),
  )
}

/** A new session's cookie, which is another one every time. */
const newValue = /^(\w+)=[\w-]{64}\.[0-9a-z]+\.[\w-]{43}(?=;)/

/** Everything that an answer says, but for the time of day, and for what is random in it. */
export function wholeAnswer({ status, rawHeaders, text }: VisitorAnswer): string {
  const dated = rawHeaders.indexOf('Date')
  const fields = dated === -1 ? rawHeaders : rawHeaders.toSpliced(dated, 2)
  return JSON.stringify([status, fields.map((field) => field.replace(newValue, '$1=new')), text])
}

/**
 * Sends a guest's cookie with one bit changed, for every bit, and expects the same answer to each.
 *
 * @returns That answer.
 */
export async function answerToTampering(
  shop: Shop,
  { cookie, visitor }: Guest,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [name = ''] = visitor.cookies.keys()
  const forger = shop.site.visitor({ url: visitor.url, cookies: false })
  const values = flippedBits(cookie)
  const answers = new Set<string>()
  for (let at = 0; at < values.length; at += 32) {
    const batch = values.slice(at, at + 32).map((value) => forger.get('/', { ...headers, Cookie: `${name}=${value}` }))
    for (const answer of await Promise.all(batch)) answers.add(wholeAnswer(answer))
  }
  assert.ok(values.length > cookie.length * 6, `only ${values.length} changed cookies`)
  const [one = '', ...others] = answers
  assert.deepEqual(others, [])
  return one
}
