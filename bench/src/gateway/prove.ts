import { setTimeout as pause } from 'node:timers/promises'
import { cookiePairs } from '../cookies.ts'
import type { Answer } from '../http/driver.ts'
import { changed } from '../prove.ts'
import type { Client } from './client.ts'
import type { FrontContender } from './contract.ts'
import { answerOctets } from './site.ts'

/** What is proved of a contender, and with what. */
interface Proof {
  readonly contender: FrontContender
  readonly client: Client
  /** The cookies that it is asked with; the first one is of visitor 0. */
  readonly cookies: readonly string[]
  /** Who reads what the contender writes: an Apache with the same passphrase, or for a format of our own the contender. */
  readonly reader: Client
}

/**
 * Shows that a contender does its job: the app's answer comes through, and where there is a session, the app sees the one of the
 * cookie and no other, no cookie and a changed one open nothing, a contender that reads sets no cookie, and one that writes sets
 * one that real Apache reads (where the format is Apache's) and whose expiry moves.
 *
 * @returns What is wrong; empty when nothing is.
 */
export async function prove(proof: Proof): Promise<string[]> {
  const { contender, client, cookies } = proof
  const wrong = wrongAnswer(contender, await client.get('/', cookies[0]))
  const problems = wrong === undefined ? [] : [wrong]
  if (contender.session === undefined) return problems
  problems.push(...(await proveReading(proof)))
  if (contender.writes === true) problems.push(...(await proveWriting(proof)))
  return problems.map((problem) => `${contender.name}: ${problem}`)
}

/** What is wrong with the answer to a measured request; undefined: nothing. */
export function wrongAnswer({ writes }: FrontContender, { status, body, setCookie }: Answer): string | undefined {
  if (status !== 200 || body.length !== answerOctets) return `answered ${status} with ${body.length} octets`
  if (setCookie.length !== (writes === true ? 1 : 0)) return `set ${setCookie.length} cookies`
  return undefined
}

async function proveReading({ client, cookies }: Proof): Promise<string[]> {
  const [first = '', second = ''] = cookies
  const cases = [
    ['the cookie of visitor 0', first, '0'],
    ['the cookie of visitor 1', second, '1'],
    ['no cookie', undefined, undefined],
    ['a changed cookie', changed(first), undefined],
  ] as const
  const problems: string[] = []
  for (const [what, cookie, visitor] of cases) {
    const { body } = await client.get('/seen', cookie)
    const seen = /(?:^|&)visitor=(\d+)/.exec(body)?.[1]
    if (seen !== visitor) problems.push(`with ${what} the app saw visitor ${String(seen)}, not ${String(visitor)}`)
  }
  return problems
}

async function proveWriting({ client, cookies, reader }: Proof): Promise<string[]> {
  const [cookie = ''] = cookies
  const first = await written(client, cookie)
  await pause(2)
  const second = await written(client, first)
  const [earlier, later] = [await readBy(reader, first), await readBy(reader, second)]
  if (earlier.visitor !== '0' || later.visitor !== '0') return ['the cookie that it wrote opens no session']
  return later.expiry > earlier.expiry ? [] : [`the expiry did not move: ${earlier.expiry}, then ${later.expiry}`]
}

async function written(client: Client, cookie: string): Promise<string> {
  return cookiePairs((await client.get('/', cookie)).setCookie)
}

async function readBy(reader: Client, cookie: string): Promise<{ visitor: string | undefined; expiry: number }> {
  const entries = new URLSearchParams((await reader.get('/seen', cookie)).body)
  return { visitor: entries.get('visitor') ?? undefined, expiry: Number(entries.get('expiry')) }
}
