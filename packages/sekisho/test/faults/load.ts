/** Visitors who use an application in two tabs at once, and write down what they saw. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Deed, Ending, History, Result, View } from './history.ts'
import type { Answer, Workers } from './workers.ts'

/** How much of what visitors do ends their session, and how much changes its secret: shares of 1. */
export interface Pace {
  /** Logouts and revocations, half of each (default 0.02). */
  readonly ends: number
  /** Logins and rotations (default 0.08). */
  readonly changes: number
}

/** What a run of visitors is made of. */
export interface LoadOptions {
  readonly workers: Workers
  readonly history: History
  /** How many visitors there are at a time. */
  readonly visitors: number
  /** Gives numbers from 0 to 1. */
  readonly random: () => number
  readonly pace?: Pace | undefined
}

const usualPace: Pace = { ends: 0.02, changes: 0.08 }

/** What the answers looked like. */
export interface LoadFigures {
  /** How many requests were answered with each status; 0 stands for no answer. */
  readonly statuses: ReadonlyMap<number, number>
  /** The longest that an answer took, milliseconds. */
  readonly slowestMs: number
  /** Answers 5xx that set or expired the cookie: there must be none. */
  readonly touchedCookies: readonly string[]
}

/** Visitors that come and go until they are told to stop. */
export class Load {
  readonly #options: LoadOptions
  readonly #statuses = new Map<number, number>()
  readonly #touchedCookies: string[] = []
  readonly #running: Promise<void>[]
  #slowestMs = 0
  #sessions = 0
  #isOver = false

  /** Starts at once. */
  constructor(options: LoadOptions) {
    this.#options = options
    this.#running = Array.from({ length: options.visitors }, () => this.#visits())
  }

  /** What the answers looked like so far. */
  get figures(): LoadFigures {
    return { statuses: this.#statuses, slowestMs: this.#slowestMs, touchedCookies: this.#touchedCookies }
  }

  /** Lets every visitor finish, and read all that there is once more from every node. Servers must be well again. */
  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#running)
  }

  /** One session after the other. */
  async #visits(): Promise<void> {
    while (!this.#isOver) {
      this.#sessions += 1
      const visitor = new Visitor(`s${this.#sessions}`, this.#options, (answer) => this.#count(answer))
      if (await visitor.arrive()) await visitor.stay(() => this.#isOver)
    }
  }

  #count(answer: Answer | Error): void {
    const status = answer instanceof Error ? 0 : answer.status
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
    if (answer instanceof Error) return
    this.#slowestMs = Math.max(this.#slowestMs, answer.ms)
    if (status >= 500 && answer.cookie !== undefined) this.#touchedCookies.push(`${status}: ${answer.cookie}`)
  }
}

/** One session and its cookie. */
class Visitor {
  readonly #name: string
  readonly #options: LoadOptions
  readonly #count: (answer: Answer | Error) => void
  #cookie: string | undefined
  #values = 0
  #isNobody = false

  constructor(name: string, options: LoadOptions, count: (answer: Answer | Error) => void) {
    this.#name = name
    this.#options = options
    this.#count = count
  }

  /** @returns Whether there is a session now. */
  async arrive(): Promise<boolean> {
    return (await this.#do({ kind: 'create' })) === 'ok'
  }

  /** Does this and that until the session is over, or everybody is told to stop. */
  async stay(isOver: () => boolean): Promise<void> {
    const { ends, changes } = this.#options.pace ?? usualPace
    while (!isOver() && !this.#isNobody) {
      const dice = this.#options.random()
      if (dice < ends / 2) return this.#leave({ kind: 'logout' })
      if (dice < ends) return this.#leave({ kind: 'revoke' })
      if (dice < ends + changes) await this.#do(this.#identityDeed())
      else await Promise.all([this.#do(this.#dataDeed()), this.#do(this.#dataDeed())])
    }
    await this.#lookEverywhere()
  }

  /** Ends the session while it is being written, and then tries the old cookie at every node. */
  async #leave(end: Deed): Promise<void> {
    const before = this.#cookie
    await Promise.all([this.#do(end), this.#do(this.#dataDeed())])
    this.#cookie = before
    await this.#lookEverywhere()
  }

  async #lookEverywhere(): Promise<void> {
    for (let node = 0; node < this.#options.workers.size; node += 1) await this.#do({ kind: 'read' }, node)
  }

  /** Changes of the secret have the session for themselves: whoever overtakes their answer has the old cookie. */
  #identityDeed(): Deed {
    // Of another user's session nothing would be left after a login.
    return this.#options.random() < 0.4 ? { kind: 'login', principal: `user of ${this.#name}` } : { kind: 'rotate' }
  }

  #dataDeed(): Deed {
    const dice = this.#options.random()
    if (dice < 0.45) return { kind: 'read' }
    if (dice < 0.75) return { kind: 'set', key: dice < 0.6 ? 'k0' : 'k1', value: this.#newValue() }
    return dice < 0.9 ? { kind: 'push', value: this.#newValue() } : { kind: 'increment' }
  }

  #newValue(): string {
    this.#values += 1
    return `${this.#name}.${this.#values}`
  }

  async #do(
    deed: Deed,
    node: number = Math.floor(this.#options.random() * this.#options.workers.size),
  ): Promise<Result> {
    const end = this.#options.history.begin(this.#name, deed)
    const asked = this.#options.workers.ask(node, pathOf(deed, this.#name), this.#cookie)
    const answer = await asked.catch((error: NodeJS.ErrnoException) => error)
    this.#count(answer)
    if (answer instanceof Error) await pause(50)
    else if (answer.cookie !== undefined) this.#cookie = answer.cookie
    const ending = endingOf(deed, answer)
    this.#isNobody ||= ending.saw === 'nobody'
    end(ending)
    return ending.result
  }
}

function pathOf(deed: Deed, owner: string): string {
  const { kind, ...rest } = deed
  return `/${kind}?${new URLSearchParams({ ...rest, ...(kind === 'create' ? { owner } : {}) })}`
}

/** 401: there was no session, and nothing happened. 409: it had ended, and nothing happened. Anything but 2xx else: who knows. */
function endingOf(deed: Deed, answer: Answer | NodeJS.ErrnoException): Ending {
  // A node that does not listen has not heard of it.
  if (answer instanceof Error) return { result: answer.code === 'ECONNREFUSED' ? 'fail' : 'info' }
  if (answer.status >= 500) return { result: 'info' }
  if (answer.status === 401) return { result: 'fail', saw: 'nobody' }
  if (answer.status === 409) return { result: 'fail' }
  const view = JSON.parse(answer.body) as View
  if (deed.kind === 'read') return { result: 'ok', saw: view }
  return deed.kind === 'increment' ? { result: 'ok', count: view.count } : { result: 'ok' }
}
