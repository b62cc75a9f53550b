import { send } from '../http-server.ts'

/** Somebody who keeps one cookie, as a browser does. */
export class Visitor {
  readonly port: number
  #cookie: string

  constructor(port: number, cookie = 'PHPSESSID=abc') {
    this.port = port
    this.#cookie = cookie
  }

  /** The id in the cookie. */
  get id(): string {
    return this.#cookie.replace('PHPSESSID=', '')
  }

  /** Asks for a page. @returns What an answer is judged by: its status, and how many cookies it sets. */
  async visit(path: string): Promise<{ readonly status: number; readonly cookies: number }> {
    const { status, headers } = await send(this.port, { path, cookie: this.#cookie })
    const set = headers.getSetCookie()
    this.#cookie = /^PHPSESSID=[^;]*/.exec(set[0] ?? '')?.[0] ?? this.#cookie
    return { status, cookies: set.length }
  }

  /** What `/read` says. */
  async reads(): Promise<string> {
    return (await send(this.port, { path: '/read', cookie: this.#cookie })).body
  }
}
