/** A browser's cookie jar, and one request of it with all that the model has to note. */
import assert from 'node:assert/strict'
import { SessionGoneError, SessionSupersededError } from '../../src/errors.ts'
import type { Session } from '../../src/session/contract.ts'
import type { Data, Deed, Life } from './ledger.ts'
import type { Action, Visit } from './program.ts'
import { count } from './traffic.ts'
import type { World } from './world.ts'

const cookieName = '__Host-sid'

/** One browser: its jar holds at most one cookie of ours. */
export class Browser {
  jar: string | undefined
  /** The cookies that the jar had, newest last. */
  readonly history: string[] = []
  /** The login that the browser was told of last, while nothing else that it was told says otherwise. */
  login: Life | undefined
  /** A login was made for it whose answer it never got: then its cookie is dead by right. */
  missedLogin = false
}

/** The course of one request. */
export class Request {
  readonly #world: World
  readonly #browser: Browser
  readonly #visit: Visit
  readonly #id: number
  #pending: Deed[] = []
  /** A login that is not stored yet, and whether it keeps the cart. */
  #login: { readonly principal: string; readonly keeps: boolean } | undefined
  /** A login has replaced the presented session: only another login may set a cookie. */
  #isSuperseded = false
  /** The session ended while the request ran: only a login or a logout may change the cookie. */
  #isGone = false
  #hasLoggedOut = false
  #loggedIn: Browser['login']
  #cookie: string | undefined
  #principal: string | undefined
  #presented: Life | undefined
  #life: Life | undefined

  constructor(world: World, visit: Visit, id: number) {
    this.#world = world
    this.#browser = world.browsers[visit.browser] ?? assert.fail('no such browser')
    this.#visit = visit
    this.#id = id
  }

  /** Runs it from its start to the arrival of its answer. */
  async run(): Promise<void> {
    const world = this.#world
    await world.traffic.turn(`request ${this.#id}`)
    world.begin()
    try {
      await this.#process()
    } finally {
      world.end()
    }
    await this.#arrive()
  }

  async #process(): Promise<void> {
    const session = await this.#open()
    for (const action of this.#visit.actions) await this.#act(session, action)
    const headers = new Headers()
    await this.#world.sessions.commit(session, { status: 200, headers })
    this.#afterCommit(session)
    this.#cookie = headers.getSetCookie()[0]
    this.#principal = session.principal
    this.#checkCookie(session, this.#cookie)
  }

  async #open(): Promise<Session<Data>> {
    const { sessions, ledger, traffic, tally } = this.#world
    const { duplicateOf = 0, head = false, navigates = false } = this.#visit
    const carrier = duplicateOf === 0 ? this.#browser.jar : this.#browser.history.at(-duplicateOf)
    if (duplicateOf > 0 && carrier !== undefined) count(tally, 'late duplicate')
    if (head) count(tally, 'HEAD')
    const claimed = carrier === undefined ? undefined : ledger.lifeOf(carrier)
    const mustBeNobody = claimed !== undefined && ledger.isOver(claimed)
    const headers = new Headers({ 'sec-fetch-mode': navigates ? 'navigate' : 'cors' })
    if (carrier !== undefined) headers.set('cookie', `${cookieName}=${carrier}`)
    const session = await sessions.open({ method: head ? 'HEAD' : 'GET', headers })
    this.#life = lifeOf(session)
    this.#presented = this.#life
    if (mustBeNobody) {
      count(tally, 'dead token presented')
      assert.equal(this.#life, undefined, `request ${this.#id} is attached with a token of a session that was over`)
    }
    // The record is there, and this secret is not for it any more: a newer cookie is in the jar, or on its way to it.
    this.#isSuperseded =
      claimed !== undefined && this.#life === undefined && (await traffic.look(claimed.address)) !== undefined
    return session
  }

  async #act(session: Session<Data>, action: Action): Promise<void> {
    switch (action) {
      case 'read':
        session.get(`own-${this.#id}`)
        return
      case 'set':
        session.set(`own-${this.#id}`, `${this.#id}`)
        this.#pending = this.#pending.filter(({ key }) => key !== 'own')
        this.#pending.push({ request: this.#id, key: 'own', value: `${this.#id}` })
        return
      case 'push':
        return this.#push(session)
      case 'increment':
        await this.#store(session, () => session.update('count', (value) => (value ?? 0) + 1), {
          request: this.#id,
          key: 'count',
          value: '1',
        })
        return
      case 'save':
        return this.#store(session, () => session.save())
      case 'ensure':
        return session.ensure()
      case 'pause':
        return this.#world.traffic.turn('handler')
      case 'rotate':
        return session.rotate()
      case 'logout':
        return this.#logout(session)
      default:
        return this.#logIn(session, action.slice('login '.length))
    }
  }

  /** In place where there is a cart; a first one is made atomically, since two that are set are one too few. */
  async #push(session: Session<Data>): Promise<void> {
    const value = this.#world.newItem()
    const deed: Deed = { request: this.#id, key: 'cart', value }
    const cart = session.get('cart')
    if (cart === undefined) {
      return this.#store(session, () => session.update('cart', (items) => [...(items ?? []), value]), deed)
    }
    cart.push(value)
    this.#pending.push(deed)
  }

  /** An explicit write: it resolves when all that was changed so far is stored, or rejects and nothing is. */
  async #store(session: Session<Data>, write: () => Promise<unknown>, ...deeds: readonly Deed[]): Promise<void> {
    try {
      await write()
      this.#pending.push(...deeds)
      this.#acknowledged(session)
    } catch (error) {
      if (!(error instanceof SessionGoneError || error instanceof SessionSupersededError)) throw error
      count(this.#world.tally, `rejected with ${error.code}`)
      this.#pending = []
      if (error instanceof SessionGoneError) this.#isGone = true
      else this.#isSuperseded = true
    }
  }

  #logIn(session: Session<Data>, principal: string): void {
    const keeps = session.principal === undefined || session.principal === principal
    session.login(principal)
    this.#pending = keeps ? this.#pending.filter(({ key }) => key === 'cart') : []
    this.#login = { principal, keeps: keeps && this.#login?.keeps !== false }
  }

  async #logout(session: Session<Data>): Promise<void> {
    const { ledger, traffic } = this.#world
    const life = lifeOf(session)
    if (life !== undefined) this.#world.startLogout(life)
    await session.logout()
    this.#pending = []
    this.#login = undefined
    this.#hasLoggedOut = true
    if (life !== undefined) {
      const stored = await traffic.look(life.address)
      assert.ok(
        stored?.record.generation !== life.generation,
        `request ${this.#id} has logged out, and the session is there`,
      )
      ledger.end(life)
      // A logout that came too late is over for the session that a login has made of it.
      if (stored !== undefined) this.#isSuperseded = true
    }
    this.#life = undefined
  }

  #afterCommit(session: Session<Data>): void {
    const isUndeliverable = this.#visit.head === true && (this.#login !== undefined || lifeOf(session) === undefined)
    if (lifeOf(session) === undefined && this.#life !== undefined) this.#isGone = true
    if (isUndeliverable) this.#pending = []
    else this.#acknowledged(session)
  }

  #acknowledged(session: Session<Data>): void {
    const { ledger } = this.#world
    const [life, before] = [lifeOf(session), this.#life]
    if (life === undefined) return
    ledger.acknowledge(life, this.#pending, session.principal)
    this.#pending = []
    this.#life = life
    if (this.#login === undefined) return
    assert.equal(session.principal, this.#login.principal, 'principal after a login')
    if (before !== undefined) ledger.succeed(before, life, this.#login.keeps)
    if (before !== undefined)
      count(this.#world.tally, before.address === life.address ? 'login: same session' : 'login: fresh session')
    this.#login = undefined
    this.#isSuperseded = false
    this.#isGone = false
    this.#loggedIn = life
  }

  #checkCookie(session: Session<Data>, cookie: string | undefined): void {
    if (cookie === undefined) return
    const { ledger, tally } = this.#world
    const carrier = valueOf(cookie)
    assert.ok(this.#visit.head !== true, 'a cookie in the answer to HEAD')
    assert.ok(!this.#isSuperseded, `request ${this.#id} is superseded, and changes the cookie`)
    assert.ok(
      !this.#isGone || this.#hasLoggedOut,
      `the session of request ${this.#id} is gone, and it changes the cookie`,
    )
    if (carrier === '') return assert.ok(this.#hasLoggedOut, `request ${this.#id} expires the cookie without a logout`)
    const life = lifeOf(session) ?? assert.fail('a cookie without a session')
    if (ledger.lifeOf(carrier) !== undefined) count(tally, 'hand-off')
    ledger.issue(carrier, life)
  }

  /** The answer reaches the browser, or does not. */
  async #arrive(): Promise<void> {
    const { lost = false, duplicateOf = 0 } = this.#visit
    const { tally, program, traffic } = this.#world
    const cookie = lost || duplicateOf > 0 ? undefined : this.#cookie
    if (lost) count(tally, 'answer lost')
    if (program.answersOvertake) await traffic.turn(`answer ${this.#id}`)
    if (this.#loggedIn !== undefined && cookie === undefined) this.#browser.missedLogin = true
    if (cookie !== undefined) await this.#keep(valueOf(cookie))
  }

  async #keep(carrier: string): Promise<void> {
    const browser = this.#browser
    if (browser.jar !== undefined) browser.history.push(browser.jar)
    browser.jar = carrier === '' ? undefined : carrier
    const life = this.#world.ledger.lifeOf(carrier)
    if (this.#loggedIn !== undefined) browser.login = this.#loggedIn
    // Who came without a session may be given a new one: that this can hide a login from the jar is documented.
    else if (life === undefined || life.address !== this.#presented?.address) browser.login = undefined
    // Another live session, which the browser came by in the same way: it now has that one.
    else if (life.address !== browser.login?.address && (await this.#world.isAlive(life))) {
      browser.login = this.#principal === undefined ? undefined : life
    }
  }
}

function lifeOf({ meta }: Session<Data>): Life | undefined {
  return meta.address === undefined ? undefined : { address: meta.address, generation: meta.generation }
}

function valueOf(cookie: string): string {
  return cookie.slice(cookie.indexOf('=') + 1).split(';')[0] ?? ''
}
