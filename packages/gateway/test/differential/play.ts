import { answerField, told, visitField } from './app.ts'
import { Client, type Reply } from './client.ts'
import { differences } from './compare.ts'
import type { Exception } from './exception.ts'
import { exceptions } from './exceptions.ts'
import { cookieHeader, Jar } from './jar.ts'
import { type Asked, type Known, presentedIn, questionOf } from './known.ts'
import { type Reading, type Seen, seenIn } from './observation.ts'
import { type Destination, hostOf, type Scenario, type Terms, type Visit } from './scenario.ts'
import type { BothServers } from './servers.ts'
import { Sealing } from './session-text.ts'
import { hasSession } from './terms.ts'

/** A visit that the two servers answer differently. */
export interface Disagreement {
  /** Its place in the scenario. */
  readonly index: number
  readonly lines: readonly string[]
}

/** How often each exception was the reason for a difference. */
export type Hits = Map<string, number>

/** Plays a scenario on both servers. @returns Where they disagree first; undefined: nowhere. */
export async function play(scenario: Scenario, servers: BothServers, hits: Hits): Promise<Disagreement | undefined> {
  using player = new Player(scenario, servers)
  for (const [index, visit] of scenario.visits.entries()) {
    const { lines, reasons } = await player.make(visit)
    if (lines.length > 0) return { index, lines }
    for (const { name } of reasons) hits.set(name, (hits.get(name) ?? 0) + 1)
  }
  return undefined
}

interface Answered {
  readonly seen: Seen
  readonly reply: Reply
}

interface Outcome {
  readonly lines: readonly string[]
  /** The exceptions that made a difference. */
  readonly reasons: readonly Exception[]
}

interface Expected {
  readonly seen: Seen
  /** What the real server has answered in the end. */
  readonly answered: Answered
  readonly reasons: readonly Exception[]
}

type ServerName = 'real' | 'withoutRemoval' | 'gateway'

const sealing = new Sealing()
let asked = 0

/** A visitor of both servers. */
class Player {
  readonly #scenario: Scenario
  readonly #servers: BothServers
  readonly #jar: Jar
  readonly #clients: Readonly<Record<ServerName, Client>>
  /** Attempts to log in are counted by address: each scenario has one of its own. */
  readonly #address: string

  constructor(scenario: Scenario, servers: BothServers) {
    this.#scenario = scenario
    this.#servers = servers
    this.#jar = new Jar(sealing, scenario.secrets)
    const { seed } = scenario
    this.#address = `127.${1 + ((seed >> 16) % 250)}.${(seed >> 8) & 255}.${seed & 255}`
    const client = ({ port }: { port: number }): Client => new Client(port, this.#address)
    const { real, withoutRemoval, gateway } = servers
    this.#clients = { real: client(real), withoutRemoval: client(withoutRemoval), gateway: client(gateway) }
  }

  async make(visit: Visit): Promise<Outcome> {
    const { session } = this.#termsOf(visit)
    const brought = await this.#jar.bring(visit.bringing, session)
    const question: Asked = { withoutRemoval: false, ...visit, values: brought.theirs }
    const [first, mine] = await Promise.all([
      this.#ask('real', visit, question),
      this.#ask('gateway', visit, { ...question, values: brought.mine }),
    ])
    if (differences(first.seen, mine.seen).length === 0)
      return this.#agreed(mine, { ...first, answered: first, reasons: [] })
    const presented = {
      theirs: await presentedIn(brought.theirs, session, sealing),
      mine: await presentedIn(brought.mine, session, sealing),
    }
    const known = this.#known(visit, { asked: question, first: first.seen, presented })
    return this.#agreed(mine, await this.#expect(first, known))
  }

  [Symbol.dispose](): void {
    for (const client of Object.values(this.#clients)) client[Symbol.dispose]()
  }

  async #agreed(mine: Answered, { seen, answered, reasons }: Expected): Promise<Outcome> {
    const lines = differences(seen, mine.seen)
    if (lines.length === 0) await this.#jar.take(seen, answered.seen, { theirs: answered.reply, mine: mine.reply })
    return { lines, reasons }
  }

  /** What the real server would answer but for the exceptions. */
  async #expect(first: Answered, known: Known): Promise<Expected> {
    const reasons: Exception[] = []
    let answered = first
    let question = known.asked
    for (const exception of exceptions) {
      const other = await exception.ask?.(question, known)
      if (other === undefined) continue
      question = other
      const again = await this.#ask(question.withoutRemoval ? 'withoutRemoval' : 'real', known.visit, question)
      if (differences(answered.seen, again.seen).length > 0) reasons.push(exception)
      answered = again
    }
    // Whatever was asked in the end, the app gets the cookies of the visit.
    let seen = question === known.asked ? answered.seen : withCookies(answered.seen, known)
    for (const exception of exceptions) {
      const mended = exception.mend?.(seen, known)
      if (mended === undefined || differences(seen, mended).length === 0) continue
      seen = mended
      reasons.push(exception)
    }
    return { seen, answered, reasons }
  }

  #known(visit: Visit, sofar: Pick<Known, 'asked' | 'first' | 'presented'>): Known {
    const terms = this.#termsOf(visit)
    const { name } = terms.session.cookie
    const { before, after, separator } = visit.spelling
    const alone = { before, after: after.filter((piece) => !piece.startsWith('$')), separator }
    const others = this.#jar.others(name, 'theirs')
    const alike = (header: string | undefined) => (header === undefined ? undefined : this.#jar.alike(header))
    const { cipher } = this.#scenario.secrets
    return {
      ...sofar,
      scenario: this.#scenario,
      visit,
      terms,
      isOpened: hasSession(terms.session, visit.path) && !visit.path.startsWith('/old'),
      address: this.#address,
      termsOf: (path) => this.#termsOf({ ...visit, path }),
      cookies: alike(
        cookieHeader(
          visit.spelling,
          others,
          sofar.asked.values.map((value) => `${name}=${value}`),
        ),
      ),
      otherCookies: alike(cookieHeader(alone, others, [])),
      seal: (text) => sealing.seal(text, cipher, terms.session.passphrases[0]),
    }
  }

  async #ask(server: ServerName, visit: Visit, question: Asked): Promise<Answered> {
    const { name } = this.#termsOf(visit).session.cookie
    const id = `${this.#scenario.seed}-${(asked += 1)}`
    const fields: Visit['fields'] = [...question.fields, [visitField, id], [answerField, told(visit.answer)]]
    const others = this.#jar.others(name, server === 'gateway' ? 'mine' : 'theirs')
    const own = question.values.map((value) => `${name}=${value}`)
    const cookie = cookieHeader(visit.spelling, others, own)
    const reply = await this.#clients[server].ask(questionOf(visit, { ...question, fields }, cookie))
    return { reply, seen: await seenIn(reply, this.#servers.app.taken(id), this.#reading) }
  }

  get #reading(): Reading {
    const { hosts, secrets } = this.#scenario
    const { cipher, passphrases } = secrets
    return {
      cookieNames: new Set(hosts.flatMap((host) => host.cookieNames)),
      alike: (cookie) => this.#jar.alike(cookie),
      open: async (value) =>
        (await sealing.open(value, cipher, passphrases)) ?? (await sealing.open(value, cipher, [])),
    }
  }

  #termsOf(destination: Destination): Terms {
    return hostOf(this.#scenario, destination).termsFor(destination)
  }
}

function withCookies(seen: Seen, { first, terms, cookies, otherCookies }: Known): Seen {
  const usual = terms.session.remove ? otherCookies : cookies
  const calls = seen.calls.map((call, at) => ({ ...call, cookie: at in first.calls ? first.calls[at]?.cookie : usual }))
  return { ...seen, calls }
}
