/** What the visitors were told, and what must therefore be true of the store. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { SessionRecord, StoredSession } from '../../src/store/contract.ts'

/** One generation of one session: what a login ends, and begins. */
export interface Life {
  readonly address: string
  readonly generation: number
}

/** What a request did to a session and was told to be stored. */
export interface Deed {
  readonly request: number
  readonly key: 'own' | 'cart' | 'count'
  /** The value; of an increment, how many. */
  readonly value: string
}

/** The data of the model's sessions. */
export interface Data {
  cart: string[]
  count: number
  [own: `own-${string}`]: string
}

/** What has been acknowledged in one life. */
interface Account {
  readonly deeds: Deed[]
  /** The life before the login, if what may be kept was kept. */
  keptFrom: string | undefined
}

/** Everything that was acknowledged, and the checks against the store. */
export class Ledger {
  readonly #accounts = new Map<string, Account>()
  readonly #lives = new Map<string, Life>()
  readonly #dead = new Set<string>()
  readonly #writers = new Map<number, Set<string>>()
  /** Whose a request was when it pushed: a cart may go from nobody to a user, never from one user to another. */
  readonly #pushedAs = new Map<string, string | undefined>()

  /** A carrier has been given out for this life. */
  issue(carrier: string, life: Life): void {
    this.#lives.set(carrier, life)
  }

  /** What a carrier was given out for. */
  lifeOf(carrier: string): Life | undefined {
    return this.#lives.get(carrier)
  }

  /** These changes are stored, the program was told. */
  acknowledge(life: Life, deeds: readonly Deed[], principal: string | undefined): void {
    this.#account(life).deeds.push(...deeds)
    for (const { request, key, value } of deeds) {
      if (key === 'cart') this.#pushedAs.set(value, principal)
      const written = this.#writers.get(request) ?? new Set()
      this.#writers.set(request, written.add(keyOf(life)))
    }
  }

  /** A login has made one life of another. In a fresh session, the presented one was superseded or gone, and is as it was. */
  succeed(before: Life, after: Life, keeps: boolean): void {
    if (before.address !== after.address) return
    this.end(before)
    if (keeps) this.#account(after).keptFrom = keyOf(before)
  }

  /** Nothing may ever be read or written in this life again. */
  end(life: Life): void {
    this.#dead.add(keyOf(life))
  }

  /** Whether a life has been acknowledged to be over. */
  isOver(life: Life): boolean {
    return this.#dead.has(keyOf(life))
  }

  /** Checks a record that is alive when all is quiet. */
  checkRecord(address: string, { record }: StoredSession): void {
    const life = { address, generation: record.generation }
    assert.ok(!this.isOver(life), `a life that was over is stored: ${keyOf(life)}`)
    const data = JSON.parse(Buffer.from(record.payload).toString()) as Partial<Data>
    this.#checkOwn(life, data)
    this.#checkCart(life, data.cart ?? [], record.principal)
    const increments = this.#account(life).deeds.filter(({ key }) => key === 'count').length
    assert.equal(data.count ?? 0, increments, 'acknowledged increments')
  }

  /** Checks which of all carriers ever given out work for a record. @returns The ones that do. */
  working(address: string, { record, now }: StoredSession): string[] {
    const carriers = [...this.#lives].filter(([, life]) => life.address === address)
    const working = carriers.filter(([carrier]) => isWorking(carrier, record, now))
    assert.ok(working.length <= 2, 'at most the current and the previous secret work')
    for (const [, life] of working) assert.equal(life.generation, record.generation, 'generation of a working secret')
    return working.map(([carrier]) => carrier)
  }

  /** Every carrier given out. */
  get carriers(): string[] {
    return [...this.#lives.keys()]
  }

  #checkOwn(life: Life, data: Partial<Data>): void {
    for (const { key, request, value } of this.#account(life).deeds) {
      if (key === 'own') assert.equal(data[`own-${request}`], value, `acknowledged own key of request ${request}`)
    }
    for (const key of Object.keys(data).filter((name) => name.startsWith('own-'))) {
      const writers = this.#writers.get(Number(key.slice('own-'.length)))
      assert.ok(writers?.has(keyOf(life)), `${key} belongs to another life or was never acknowledged`)
    }
  }

  #checkCart(life: Life, cart: readonly string[], principal: string | undefined): void {
    for (const value of this.#pushes(keyOf(life))) {
      assert.equal(cart.filter((item) => item === value).length, 1, `acknowledged push ${value} in [${cart}]`)
    }
    for (const item of cart) {
      assert.ok(this.#pushedAs.has(item), `push ${item} is stored and was never acknowledged`)
      const owner = this.#pushedAs.get(item)
      assert.ok(
        owner === undefined || owner === principal,
        `${item}, pushed by ${owner}, is in the cart of ${principal}`,
      )
    }
  }

  #pushes(life: string | undefined): string[] {
    const account = life === undefined ? undefined : this.#accounts.get(life)
    if (account === undefined) return []
    const pushed = account.deeds.filter(({ key }) => key === 'cart').map(({ value }) => value)
    return [...this.#pushes(account.keptFrom), ...pushed]
  }

  #account(life: Life): Account {
    const key = keyOf(life)
    const account = this.#accounts.get(key) ?? { deeds: [], keptFrom: undefined }
    this.#accounts.set(key, account)
    return account
  }
}

/** Worked out from the bytes, without the engine's own code. */
function isWorking(carrier: string, { current, previous }: SessionRecord, now: number): boolean {
  const secret = Buffer.from(carrier, 'base64url').subarray(16)
  const verifier = createHash('sha256').update('sekisho v1 verifier').update(secret).digest('base64url')
  if (verifier === current) return true
  return verifier === previous?.verifier && (previous.until === undefined || now < previous.until)
}

function keyOf({ address, generation }: Life): string {
  return `${address.slice(0, 8)} generation ${generation}`
}
