import assert from 'node:assert/strict'
import type { SessionKeeper, VisitorAnswer, VisitorRequest, VisitorSession } from '../../src/session/contract.ts'

/** What a request is beside its cookies. */
export interface RequestInit extends Partial<Omit<VisitorRequest, 'cookie'>> {
  readonly answer?: Partial<VisitorAnswer>
}

/** A page load, as a browser announces it. */
export const page: RequestInit = { headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } }

/** A request under way. */
export interface Visit {
  readonly session: VisitorSession
  /** The lines of Set-Cookie, once the request has ended. */
  readonly lines: readonly string[]
}

/** What an app does with a session. */
export type App = (session: VisitorSession) => unknown

/** A browser with its cookies, in front of one keeper. */
export class Browser {
  readonly jar: Map<string, string>
  readonly keeper: SessionKeeper

  constructor(keeper: SessionKeeper, jar: Iterable<readonly [string, string]> = []) {
    this.keeper = keeper
    this.jar = new Map(jar)
  }

  /** A thief with a copy of the cookies, or this browser at an earlier time. */
  twin(): Browser {
    return new Browser(this.keeper, this.jar)
  }

  get cookie(): string | undefined {
    return this.jar.size === 0 ? undefined : [...this.jar].map((pair) => pair.join('=')).join('; ')
  }

  async open({ method = 'GET', secure = false, headers = {}, user }: RequestInit = {}): Promise<VisitorSession> {
    return this.keeper.open({ method, secure, headers, user, cookie: this.cookie })
  }

  /** Ends a request; the answer does not reach the browser yet. */
  async commit(session: VisitorSession, answer: Partial<VisitorAnswer> = {}): Promise<readonly string[]> {
    return this.keeper.commit(session, { status: 200, deliverable: true, ...answer })
  }

  /** A whole request. */
  async visit(app: App = () => {}, init: RequestInit = {}): Promise<Visit> {
    const session = await this.open(init)
    await app(session)
    const lines = await this.commit(session, init.answer)
    this.receive(lines)
    return { session, lines }
  }

  /** What is in the session, as a request that only looks sees it. */
  async see(init: RequestInit = {}): Promise<Record<string, string>> {
    const { session } = await this.visit(undefined, init)
    return Object.fromEntries(session.entries())
  }

  /** Takes the cookies of an answer into the jar. */
  receive(lines: readonly string[]): void {
    const names = lines.map((line) => line.slice(0, line.indexOf('=')))
    assert.equal(new Set(names).size, names.length, 'one Set-Cookie for each name')
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/;\s*Max-Age=0(;|$)/.test(line)) this.jar.delete(name)
      else this.jar.set(name, value)
    }
  }
}
