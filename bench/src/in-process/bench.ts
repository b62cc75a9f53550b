/**
 * A contender with its sessions, called without sockets.
 *
 * @module
 */
import type { Action, Contender, FetchHandler, Mounted, NodeHandler } from '../contract.ts'
import { cookiePairs } from '../cookies.ts'
import { exchange } from './fakes.ts'

/** How a contender is called. */
export type Face = 'fetch' | 'node'

/** What one request gave. */
export interface Answer {
  readonly body: string
  /** The lines of `Set-Cookie`. */
  readonly setCookie: readonly string[]
}

/**
 * After so many requests the event loop turns, as it does in a server: without it, objects that live outside of the heap (ciphers,
 * keys) are never freed, and whoever uses them pays three times as much.
 */
const TURN = 16

/** A contender, ready to be asked many times. */
export interface Bench {
  /** Asks `count` times, each time with the next session's cookie. @returns The last body. */
  run(action: 'read' | 'write', count: number): Promise<string>
  /** Asks once, with the given cookies or none. */
  ask(action: Action, cookie: string | undefined): Promise<Answer>
  /** Ends the contender. */
  close(): Promise<void>
}

/** Mounts a contender and fills its sessions. */
export async function openBench(contender: Contender, face: Face, sessions: number = 1000): Promise<Bench> {
  if (face === 'node') return nodeBench(await contender.node(), sessions, contender.callers)
  if (contender.fetch === undefined) throw new Error(`${contender.name} has no face for fetch`)
  return fetchBench(await contender.fetch(), sessions)
}

/** The headers of a request, as both faces and the driver over HTTP send them; one cookie is somebody else's. */
export function headersOf(cookie: string | undefined): Record<string, string> {
  const headers = { host: 'bench.example', 'sec-fetch-mode': 'cors' }
  return cookie === undefined ? headers : { ...headers, cookie: `lang=ja; ${cookie}` }
}

async function fetchBench({ handlers, close }: Mounted<FetchHandler>, sessions: number): Promise<Bench> {
  const ask: Bench['ask'] = async (action, cookie) => {
    const response = await handlers[action](requestWith(cookie))
    return { body: await response.text(), setCookie: response.headers.getSetCookie() }
  }
  const requests = (await fill(ask, sessions)).map(requestWith)
  let at = 0
  return {
    ask,
    async run(action, count) {
      const handler = handlers[action]
      let last = new Response()
      for (let n = 0; n < count; n += 1) {
        at = (at + 1) % requests.length
        last = await handler(requests[at] as Request)
        if (n % TURN === 0) await turn()
      }
      return last.text()
    },
    async close() {
      await close?.()
    },
  }
}

async function nodeBench(
  { handlers, close }: Mounted<NodeHandler>,
  sessions: number,
  callers: number = 1,
): Promise<Bench> {
  const ask: Bench['ask'] = async (action, cookie) => {
    const answer = await exchange(handlers[action], action, headersOf(cookie))
    return { body: answer.body, setCookie: [answer.getHeader('set-cookie') ?? []].flat().map(String) }
  }
  const headers = (await fill(ask, sessions)).map(headersOf)
  let at = 0
  const run: Bench['run'] = async (action, count) => {
    const handler = handlers[action]
    let body = ''
    for (let n = 0; n < count; n += 1) {
      at = (at + 1) % headers.length
      body = (await exchange(handler, action, headers[at] ?? {})).body
      if (n % TURN === 0) await turn()
    }
    return body
  }
  return {
    ask,
    run: callers === 1 ? run : (action, count) => together(callers, () => run(action, Math.ceil(count / callers))),
    async close() {
      await close?.()
    },
  }
}

/** Several callers at once, each with requests of its own one after the other. @returns What one of them got last. */
async function together(callers: number, run: () => Promise<string>): Promise<string> {
  const [body = ''] = await Promise.all(Array.from({ length: callers }, run))
  return body
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function requestWith(cookie: string | undefined): Request {
  return new Request('https://bench.example/', { headers: headersOf(cookie) })
}

async function fill(ask: Bench['ask'], sessions: number): Promise<string[]> {
  const cookies: string[] = []
  while (cookies.length < sessions) cookies.push(cookiePairs((await ask('create', undefined)).setCookie))
  return cookies
}
