import type { SealedSession, Session } from 'sekisho'
import { parseSetCookie } from '../browser/set-cookie.ts'
import { type Definition, isStored } from './exports.ts'

/** What came of a visit from the first page to the logout. */
export interface Played {
  /** The Set-Cookie line of the first page; undefined: a definition without a cookie. */
  readonly line: string | undefined
  readonly idleMs: number | undefined
  readonly absoluteMs: number | undefined
  /** How far the clock of the store is ahead; undefined for sealed sessions. */
  readonly skewMs: number | undefined
  /** The next request finds the session. */
  readonly isKept: boolean
  /** Undefined: this definition has no logins. */
  readonly login: { readonly isRenewed: boolean; readonly isOldDead: boolean } | undefined
}

/** Who plays, and by which clock. */
export interface Cast {
  /** Nobody's id. */
  readonly user: string
  /** Milliseconds since 1970. */
  now(): number
}

type AnySession = Session | SealedSession

/** Plays it with a session of its own, which is ended at the end. @throws What the store throws. */
export async function playDefinition(definition: Definition, { user, now }: Cast): Promise<Played> {
  const visit = new Visit(definition)
  try {
    const before = now()
    await visit.page((session) => session.ensure())
    const between = (before + now()) / 2
    const line = visit.line
    const [old, back] = [visit.cookie, await visit.open(visit.cookie)]
    const { idleDeadline, absoluteDeadline, createdAt } = back.meta
    const login = await playLogin(visit, { old, user })
    return {
      line,
      skewMs: isStored(definition) ? span(createdAt, between) : undefined,
      login,
      isKept: createdAt !== undefined,
      idleMs: lifetimeOf(span(idleDeadline, createdAt)),
      absoluteMs: span(absoluteDeadline, createdAt),
    }
  } finally {
    await visit.end()
  }
}

async function playLogin(
  visit: Visit,
  { old, user }: { readonly old: string | undefined; readonly user: string },
): Promise<Played['login']> {
  try {
    await visit.page((session) => session.login(user))
  } catch (error) {
    // A sealed definition that cannot revoke has no logins.
    if (error instanceof TypeError) return undefined
    throw error
  }
  const late = await visit.open(old)
  return { isRenewed: visit.cookie !== old, isOldDead: late.principal === undefined }
}

/** A browser with one cookie, or several when a sealed session is long. */
class Visit {
  /** The last Set-Cookie that brought a session. */
  line: string | undefined
  readonly #definition: Definition
  readonly #jar = new Map<string, string>()

  constructor(definition: Definition) {
    this.#definition = definition
  }

  get cookie(): string | undefined {
    return this.#jar.size === 0 ? undefined : [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async page(act: (session: AnySession) => void): Promise<AnySession> {
    const session = await this.open(this.cookie)
    act(session)
    await this.#commit(session)
    return session
  }

  open(cookie: string | undefined): Promise<AnySession> {
    return this.#definition.open({ method: 'GET', headers: new Headers(cookie === undefined ? {} : { cookie }) })
  }

  async end(): Promise<void> {
    if (this.cookie === undefined) return
    const session = await this.open(this.cookie)
    await session.logout()
    await this.#commit(session)
  }

  async #commit(session: AnySession): Promise<void> {
    const headers = new Headers()
    // Each definition takes the sessions that it has opened.
    await (this.#definition as { commit(session: AnySession, answer: object): Promise<void> | undefined }).commit(
      session,
      {
        status: 200,
        headers,
      },
    )
    for (const line of headers.getSetCookie()) {
      const cookie = parseSetCookie(line)
      if (cookie === undefined) continue
      if (cookie.value === '') this.#jar.delete(cookie.name)
      else {
        this.#jar.set(cookie.name, cookie.value)
        this.line = line
      }
    }
  }
}

function span(end: number | undefined, begin: number | undefined): number | undefined {
  return end === undefined || begin === undefined ? undefined : end - begin
}

/** Without the interval, a tenth and at most a minute, by which a stored end may lag behind. */
function lifetimeOf(storedMs: number | undefined): number | undefined {
  if (storedMs === undefined) return undefined
  return storedMs > 660_000 ? storedMs - 60_000 : Math.round(storedMs / 1.1)
}
