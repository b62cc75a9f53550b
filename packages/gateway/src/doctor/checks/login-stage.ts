import { randomBytes } from 'node:crypto'
import type { SessionKeeper, VisitorRequest, VisitorSession } from '../../session/contract.ts'
import { parseSetCookie } from '../browser/set-cookie.ts'
import type { DoctorCode } from '../finding.ts'

/** What came of a staged login. */
export interface StagedLogin {
  readonly faults: readonly { readonly kind: DoctorCode; readonly what: string }[]
  /** One sentence about what was seen. */
  readonly seen: string
}

/**
 * Plays a visitor who comes back, logs in and logs out, in front of a real keeper and its store, and somebody who comes with an id
 * of his own and with the one from before the login. The session is ended at the end, whatever happens.
 *
 * @param actors The name of the cookie, and of a user who is nobody.
 */
export async function stageLogin(keeper: SessionKeeper, actors: Actors): Promise<StagedLogin> {
  const stage = new Stage(keeper, actors)
  try {
    return await stage.play()
  } finally {
    await stage.clear()
  }
}

/** Whom the play is about. */
export interface Actors {
  readonly cookie: string
  readonly user: string
}

const key = 'doctor'

class Stage {
  readonly #keeper: SessionKeeper
  readonly #cookie: string
  readonly #faults: { kind: DoctorCode; what: string }[] = []
  /** Every value that the cookie has had. */
  readonly #values = new Set<string>()
  readonly #user: string

  constructor(keeper: SessionKeeper, { cookie, user }: Actors) {
    this.#keeper = keeper
    this.#cookie = cookie
    this.#user = user
  }

  async play(): Promise<StagedLogin> {
    const before = await this.#visit(undefined, (session) => session.set(key, 'here'))
    const back = await this.#visit(before.value, (session) => session)
    if (back.session.get(key) !== 'here')
      this.#fault('session-lost', 'session not found: what was written with one request is not there with the next')
    const login = await this.#visit(before.value, (session) => session.login(this.#user, key))
    await this.#judgeLogin(before, login)
    const planted = await this.#open(randomBytes(48).toString('base64url'))
    if (planted.beginning === 'found') this.#fault('fixation', 'A session id that somebody has made up is taken over')
    return { faults: this.#faults, seen: seenOf(before, login) }
  }

  /** Ends what was begun. A store that has failed meanwhile lets it expire. */
  async clear(): Promise<void> {
    for (const value of this.#values) {
      try {
        const session = await this.#open(value)
        if (session.beginning !== 'found') continue
        await session.destroy()
        await this.#commit(session)
      } catch {
        // What kept the play from its end is told by whoever asked for it.
      }
    }
  }

  async #judgeLogin(before: Visit, login: Visit): Promise<void> {
    if (login.value === before.value || (login.id !== undefined && login.id === before.id))
      this.#fault('fixation', 'A login does not give the session a new id')
    const late = await this.#open(before.value)
    if (late.user !== undefined) this.#fault('fixation', 'The session id from before a login is logged in as well')
    const logged = await this.#open(login.value)
    if (logged.user !== this.#user)
      this.#fault('session-lost', 'session not found: a login is forgotten with the next request')
  }

  async #visit(value: string | undefined, act: (session: VisitorSession) => unknown): Promise<Visit> {
    const session = await this.#open(value)
    act(session)
    const lines = await this.#commit(session)
    const set = lines.flatMap((line) => parseSetCookie(line) ?? []).find(({ name }) => name === this.#cookie)
    if (set !== undefined) this.#values.add(set.value)
    return { session, id: session.id, value: set?.value ?? value }
  }

  async #open(value: string | undefined): Promise<VisitorSession> {
    const cookie = value === undefined ? undefined : `${this.#cookie}=${value}`
    return this.#keeper.open({ ...page, cookie })
  }

  async #commit(session: VisitorSession): Promise<readonly string[]> {
    return this.#keeper.commit(session, { status: 200, deliverable: true })
  }

  #fault(kind: DoctorCode, what: string): void {
    this.#faults.push({ kind, what })
  }
}

interface Visit {
  readonly session: VisitorSession
  readonly id: string | undefined
  readonly value: string | undefined
}

const page: VisitorRequest = {
  method: 'GET',
  cookie: undefined,
  secure: true,
  headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
}

/** Ids are no secrets; their beginnings are enough to tell them apart. */
function seenOf(before: Visit, login: Visit): string {
  const [old, fresh] = [before.id, login.id].map((id) =>
    id === undefined ? 'without an id' : `${id.slice(0, 8)}…${id.slice(64)}`,
  )
  return `before a login ${old}, after it ${fresh}; the old cookie is not logged in, and no id from outside is taken over`
}
