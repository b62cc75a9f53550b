/** Many visitors of an application in this process, who write down what they asked for and what they saw. */
import { setTimeout as pause } from 'node:timers/promises'
import { SekishoError } from '../src/errors.ts'
import type { Session, Sessions } from '../src/session/contract.ts'
import { defineSession } from '../src/session/define.ts'
import type { SessionStore } from '../src/store/contract.ts'
import { Visitor, type Visit } from './engine/visitor.ts'
import type { Deed, Ending, History, Result, View } from './faults/history.ts'

/** What a session holds. */
interface Data {
  owner: string
  list: string[]
}

/** What came back, besides what is in the history. */
export interface Answers {
  served: number
  /** 503: the store failed. */
  unavailable: number
  /** Failures that have no business here. */
  readonly strange: unknown[]
  /** Cookies in failed answers: there must be none. */
  readonly touchedCookies: string[]
}

/** What a crowd is made of. */
export interface CrowdOptions {
  /** The beginning of the names of its sessions. */
  readonly name: string
  readonly store: SessionStore
  readonly history: History
  /** How many visitors there are at a time. */
  readonly visitors: number
}

/** Visitors that come and go until they are told to stop. */
export class Crowd {
  readonly answers: Answers = { served: 0, unavailable: 0, strange: [], touchedCookies: [] }
  readonly #options: CrowdOptions
  readonly #sessions: Sessions<Data>
  readonly #running: Promise<void>[]
  /** Whoever has left, and kept the cookie. */
  readonly #departed: Guest[] = []
  #dispersed: Promise<void> | undefined
  #arrivals = 0
  #isOver = false

  /** Starts at once. */
  constructor(options: CrowdOptions) {
    const kept = { beforeLogin: 'keep' } as const
    this.#options = options
    this.#sessions = defineSession<Data>({
      name: 'failover',
      store: options.store,
      keys: { owner: kept, list: kept },
      storeTimeout: { readMs: 500, writeMs: 1_000 },
      storeLimits: { pauseMs: 200 },
      development: false,
    })
    this.#running = Array.from({ length: options.visitors }, () => this.#visits())
  }

  /** Lets every visitor finish; then all of them, and all who left before, try their cookies once more. */
  disperse(): Promise<void> {
    this.#isOver = true
    return (this.#dispersed ??= this.#leave())
  }

  async #leave(): Promise<void> {
    await Promise.all(this.#running)
    for (const guest of this.#departed) await guest.look()
    await this.#sessions.close()
  }

  async #visits(): Promise<void> {
    while (!this.#isOver) {
      this.#arrivals += 1
      const { name, history } = this.#options
      const wishes = wishesOf(this.#arrivals)
      const guest = new Guest(`${name}${this.#arrivals}`, { sessions: this.#sessions, history, answers: this.answers })
      const hasArrived = await guest.arrive()
      if (!hasArrived) await pause(20)
      else if (await guest.stay(wishes, () => this.#isOver)) this.#departed.push(guest)
    }
  }
}

/** What a visitor does in the end, and after how many pages. */
interface Wishes {
  readonly pages: number
  readonly logsIn: boolean
  readonly end: 'logout' | 'revoke' | 'stay'
}

/** Every fourth remains anonymous; of the others a third each stays, logs out, is thrown out. */
function wishesOf(arrival: number): Wishes {
  const logsIn = arrival % 4 !== 0
  const end = (['stay', 'logout', 'revoke'] as const)[arrival % 3] ?? 'stay'
  return { pages: 4 + ((arrival * 7) % 20), logsIn, end: logsIn ? end : 'stay' }
}

interface GuestOptions {
  readonly sessions: Sessions<Data>
  readonly history: History
  readonly answers: Answers
}

type Act = (session: Session<Data>) => unknown

/** One session and its cookie. */
class Guest {
  readonly #name: string
  readonly #options: GuestOptions
  #visitor: Visitor<Data>
  #values = 0
  #isNobody = false

  constructor(name: string, options: GuestOptions) {
    this.#name = name
    this.#options = options
    this.#visitor = new Visitor(options.sessions)
  }

  /** @returns Whether there is a session now. */
  async arrive(): Promise<boolean> {
    const create: Act = (session) => {
      session.set('owner', this.#name)
      session.set('list', [])
      return session.save()
    }
    return (await this.#do({ kind: 'create' }, create)) === 'ok'
  }

  /** Turns over pages, two at a time. @returns Whether there is a cookie left to try. */
  async stay({ pages, logsIn, end }: Wishes, isOver: () => boolean): Promise<boolean> {
    for (let page = 0; page < pages && !isOver() && !this.#isNobody; page += 1) {
      if (logsIn && page === 2) await this.#login()
      await Promise.all([this.#push(), page % 2 === 0 ? this.#push() : this.look()])
    }
    if (this.#isNobody) return false
    if (end !== 'stay' && !isOver()) await this.#leave(end)
    return true
  }

  /** Looks at what the session holds. */
  look(): Promise<Result> {
    return this.#do({ kind: 'read' }, () => {})
  }

  #login(): Promise<Result> {
    const principal = `user of ${this.#name}`
    return this.#do({ kind: 'login', principal }, (session) => session.login(principal))
  }

  #push(): Promise<Result> {
    this.#values += 1
    const value = `${this.#name}.${this.#values}`
    return this.#do({ kind: 'push', value }, (session) => {
      session.get('list')?.push(value)
      return session.save()
    })
  }

  /** Ends the session, and keeps a copy of the cookie to come back with. */
  async #leave(kind: 'logout' | 'revoke'): Promise<void> {
    const { sessions } = this.#options
    const copy = this.#visitor.twin()
    const end: Act = (session) =>
      kind === 'logout' ? session.logout() : sessions.admin.revoke(session.meta.address ?? '')
    await this.#do({ kind }, end)
    this.#visitor = copy
    await this.look()
  }

  async #do(deed: Deed, act: Act): Promise<Result> {
    const end = this.#options.history.begin(this.#name, deed)
    const ending = await this.#request(deed, act)
    if (ending.saw === 'nobody') this.#isNobody = true
    end(ending)
    return ending.result
  }

  async #request(deed: Deed, act: Act): Promise<Ending> {
    const { answers } = this.#options
    let visit: Visit<Data> | undefined
    try {
      visit = await this.#visitor.begin()
      const { session } = visit
      if (deed.kind !== 'create' && session.get('owner') === undefined) return { result: 'fail', saw: 'nobody' }
      const saw = deed.kind === 'read' ? viewOf(session) : undefined
      await act(session)
      await visit.commit()
      visit.arrive()
      answers.served += 1
      return { result: 'ok', saw }
    } catch (error) {
      answers.touchedCookies.push(...(visit?.cookies ?? []))
      return endingOf(error, answers)
    }
  }
}

/** 409: the session had ended, and nothing was written. 503: who knows. */
function endingOf(error: unknown, answers: Answers): Ending {
  const status = error instanceof SekishoError ? error.status : undefined
  if (status === 409) return { result: 'fail' }
  if (status === 503) answers.unavailable += 1
  else answers.strange.push(error)
  return { result: 'info' }
}

function viewOf(session: Session<Data>): View {
  const { owner = '', list = [] } = session.data
  return { owner, principal: session.principal, keys: {}, list: [...list], count: 0 }
}
