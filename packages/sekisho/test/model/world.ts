/** One run of a program: store, engine, browsers and ledger together. */
import assert from 'node:assert/strict'
import type { Scheduler } from 'fast-check'
import type { Sessions } from '../../src/session/contract.ts'
import { defineSession } from '../../src/session/define.ts'
import type { Awaitable, PrincipalIndex, SessionStore } from '../../src/store/contract.ts'
import { Browser, Request } from './browser.ts'
import { Ledger, type Data, type Life } from './ledger.ts'
import type { Chore, Lane, Program } from './program.ts'
import { count, Traffic, type Tally } from './traffic.ts'

const longestRequestSeconds = 31

/** A store for one program: nothing is in it, and nobody else uses it. */
export interface Ground {
  readonly store: SessionStore & { readonly principals: PrincipalIndex }
  /** Lets so many milliseconds pass on the store's clock. */
  pass(ms: number): Awaitable<void>
}

/** What a {@link World} is made of. */
export interface WorldParts {
  readonly program: Program
  readonly ground: Ground
  readonly scheduler: Scheduler
  readonly tally: Tally
}

/** Everything that one program runs in. */
export class World {
  readonly program: Program
  readonly tally: Tally
  readonly ledger: Ledger = new Ledger()
  readonly browsers: readonly Browser[]
  readonly sessions: Sessions<Data>
  readonly traffic: Traffic
  readonly #ground: Ground
  readonly #scheduler: Scheduler
  readonly #complaints: string[] = []
  readonly #logouts: Life[] = []
  #items = 0
  #requests = 0
  #inFlight = 0

  constructor({ program, ground, scheduler, tally }: WorldParts) {
    const { store } = ground
    this.program = program
    this.tally = tally
    this.browsers = program.browsers.map(() => new Browser())
    this.#ground = ground
    this.#scheduler = scheduler
    this.traffic = new Traffic({
      store,
      principals: store.principals,
      scheduler,
      tally,
      complain: (what) => this.#complaints.push(what),
    })
    this.sessions = defineSession<Data>({
      name: 'model',
      store: this.traffic.store,
      keys: { cart: { beforeLogin: 'keep' } },
      sweep: false,
      development: false,
    })
  }

  /** Runs the program and checks everything. */
  async run(): Promise<void> {
    await this.traffic.withTurnsForTimers(async () => {
      await this.#prepare()
      this.traffic.isQuiet = false
      const lanes = Promise.all(this.program.lanes.map((lane) => this.#runLane(lane)))
      await this.#drive(lanes.then(() => this.sessions.close()))
      this.traffic.isQuiet = true
      await this.#check()
    })
  }

  /** Lets one of those who wait go on, and the next when nothing moves any more. */
  async #drive(work: Promise<void>): Promise<void> {
    let isDone = false
    const done = work.finally(() => (isDone = true))
    for (;;) {
      // One promise per turn; the scheduler's own waiting makes fifty, each of which the test runner follows.
      await new Promise(setImmediate)
      if (this.traffic.isBusy) await this.traffic.idle()
      else if (isDone) return done
      else if (this.#scheduler.count() > 0) void this.#scheduler.waitOne()
    }
  }

  /** A value that nobody else pushes. */
  newItem(): string {
    this.#items += 1
    return `item-${this.#items}`
  }

  /** A request begins, perhaps in the middle of others. */
  begin(): void {
    if (this.#inFlight > 0) count(this.tally, 'request begun in the middle of another')
    this.#inFlight += 1
  }

  /** A request has its answer. */
  end(): void {
    this.#inFlight -= 1
  }

  /** A logout is about to end this life. */
  startLogout(life: Life): void {
    this.#logouts.push(life)
  }

  /** A logout has ended a session; it must be one that somebody asked to end, and not what a login has made of it. */
  noteLogout(address: string): void {
    const generation = this.traffic.generationOf(address)
    const isAsked = this.#logouts.some((life) => life.address === address && life.generation === generation)
    if (!isAsked) this.#complaints.push(`a late logout has ended the session of a login: ${address.slice(0, 8)}`)
  }

  /** Whether a session is stored, in this generation. */
  async isAlive({ address, generation }: Life): Promise<boolean> {
    return (await this.traffic.look(address))?.record.generation === generation
  }

  async #prepare(): Promise<void> {
    for (const [browser, state] of this.program.browsers.entries()) {
      if (state === 'nothing') continue
      const actions = state === 'anonymous' ? (['push'] as const) : ([`login ${state}`, 'push'] as const)
      await this.#visit({ browser, actions })
    }
    await this.#ground.pass(this.program.ageSeconds * 1000)
  }

  async #runLane(lane: Lane): Promise<void> {
    for (const step of lane) {
      try {
        if ('actions' in step) await this.#visit(step)
        else await this.#do(step)
      } catch (error) {
        // Said at the end; the others go on, so that nothing is left unfinished.
        this.#complaints.push(error instanceof Error ? error.message : String(error))
      }
    }
  }

  #visit(visit: Extract<Lane[number], { actions: unknown }>): Promise<void> {
    this.#requests += 1
    return new Request(this, visit, this.#requests).run()
  }

  async #do(chore: Chore): Promise<void> {
    await this.traffic.turn(Object.keys(chore).join(' '))
    if ('advanceSeconds' in chore) await this.#advance(chore.advanceSeconds)
    else if ('sweep' in chore) await this.traffic.store.sweep(1000)
    else if ('revoke' in chore) await this.#revoke(this.#lifeIn(chore.revoke))
    else await this.#revokeAll(chore.revokeAll, chore.except)
  }

  /** More than half a minute does not pass in the middle of a request: the engine's time limits see to that. */
  async #advance(seconds: number): Promise<void> {
    while (seconds > longestRequestSeconds && this.#inFlight > 0) await this.traffic.turn('quiet')
    await this.traffic.alone(() => this.#ground.pass(seconds * 1000))
  }

  #lifeIn(browser: number): Life | undefined {
    const jar = this.browsers[browser]?.jar
    return jar === undefined ? undefined : this.ledger.lifeOf(jar)
  }

  async #revoke(life: Life | undefined): Promise<void> {
    if (life === undefined) return
    if (await this.sessions.admin.revoke(life.address)) count(this.tally, 'revoked')
    for (let generation = 0; generation < 20; generation += 1) this.ledger.end({ address: life.address, generation })
    assert.equal(await this.traffic.look(life.address), undefined, 'a revoked session is there')
  }

  async #revokeAll(principal: string, exceptBrowser: number | undefined): Promise<void> {
    const except = exceptBrowser === undefined ? undefined : this.#lifeIn(exceptBrowser)?.address
    const before = (await this.#livesOf(principal)).filter(({ address }) => address !== except)
    const ended = await this.sessions.admin.revokeAll(principal, { except })
    if (ended > 0) count(this.tally, 'revoked all')
    for (const life of before) {
      assert.ok(!(await this.isAlive(life)), `a session of ${principal} has outlived revokeAll`)
      this.ledger.end(life)
    }
  }

  async #livesOf(principal: string): Promise<Life[]> {
    const lives: Life[] = []
    for (const address of this.traffic.addresses) {
      const record = (await this.traffic.look(address))?.record
      if (record?.principal === principal) lives.push({ address, generation: record.generation })
    }
    return lives
  }

  async #check(): Promise<void> {
    assert.ok(this.#complaints.length === 0, [...new Set(this.#complaints)].join('; '))
    const works = new Set<string>()
    for (const address of this.traffic.addresses) {
      const stored = await this.traffic.look(address)
      if (stored === undefined) continue
      this.ledger.checkRecord(address, stored)
      for (const carrier of this.ledger.working(address, stored)) works.add(carrier)
    }
    for (const carrier of this.ledger.carriers) {
      const { meta } = await this.#open(carrier)
      assert.equal(meta.address !== undefined, works.has(carrier), 'whether a carrier opens its session')
    }
    if (!this.program.answersOvertake) for (const browser of this.browsers) await this.#checkJar(browser)
  }

  /** A browser that was told of a login which nobody has ended is logged in. */
  async #checkJar({ jar, login, missedLogin }: Browser): Promise<void> {
    if (login === undefined || missedLogin || !(await this.isAlive(login))) return
    count(this.tally, 'jar checked')
    const session = jar === undefined ? undefined : await this.#open(jar)
    assert.notEqual(session?.principal, undefined, 'a browser that is logged in has a cookie that is not')
  }

  #open(carrier: string): ReturnType<Sessions<Data>['open']> {
    return this.sessions.open({ headers: new Headers({ cookie: `__Host-sid=${carrier}` }) })
  }
}
