import { randomBytes } from 'node:crypto'
import { cookiePairs } from '../cookies.ts'
import type { Client } from './client.ts'
import { makePath } from './site.ts'

/** How long the text of a session is, in octets: as long as the JSON of the other contenders of the bench. */
export const sessionOctets = 300

/** The text of a session, as Apache writes it: it says whose it is, and is {@link sessionOctets} long. */
function sessionOf(visitor: number): string {
  const text = `visitor=${visitor}&csrf=${randomBytes(32).toString('hex')}&cart=tea-0417%2c2%2bcup-1102%2c4&note=`
  return text + 'x'.repeat(sessionOctets - text.length)
}

/** Has a server make sessions for the visitors from 0 on. @returns Their cookies. */
export async function makeSessions(server: Client, count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, visitor) => `${makePath}?${sessionOf(visitor)}`)
  const answers = await server.getAll(paths)
  return answers.map(({ status, setCookie }) => {
    if (setCookie.length === 1) return cookiePairs(setCookie)
    throw new Error(`a session was asked for; the answer was ${status}, with ${setCookie.length} cookies`)
  })
}
