import { noSession, type Action, type Contender } from './contract.ts'
import { cookiePairs } from './cookies.ts'

/** Asks a contender once. */
export type Ask = (
  action: Action,
  cookie: string | undefined,
) => Promise<{ readonly body: string; readonly setCookie: readonly string[] }>

/**
 * Shows that a contender does its job: the counter goes up and stays up, two visitors have two sessions, and neither no
 * cookie nor a changed one opens any.
 *
 * @returns What is wrong; empty when nothing is.
 */
export async function prove({ name, role }: Contender, ask: Ask): Promise<string[]> {
  if (role === 'bare') return []
  const wrong: string[] = []
  const expect = async (what: string, action: Action, cookie: string | undefined, body: string): Promise<string> => {
    const answer = await ask(action, cookie)
    if (answer.body !== body) wrong.push(`${name}: ${what} answered ${answer.body} instead of ${body}`)
    return answer.setCookie.length === 0 ? (cookie ?? '') : cookiePairs(answer.setCookie)
  }
  let mine = await expect('a new session', 'create', undefined, '1')
  const other = await expect('another new session', 'create', undefined, '1')
  mine = await expect('the first write', 'write', mine, '2')
  mine = await expect('the second write', 'write', mine, '3')
  await expect('reading after two writes', 'read', mine, '3')
  await expect("reading another visitor's session", 'read', other, '1')
  await expect('no cookie', 'read', undefined, noSession)
  await expect('a changed cookie', 'read', changed(mine), noSession)
  return wrong
}

/** The cookies with one character in the middle of the first value replaced. */
export function changed(cookies: string): string {
  const from = cookies.indexOf('=') + 1
  const end = cookies.indexOf(';', from)
  const at = from + Math.floor(((end < 0 ? cookies.length : end) - from) / 4)
  return cookies.slice(0, at) + (cookies[at] === 'A' ? 'B' : 'A') + cookies.slice(at + 1)
}
