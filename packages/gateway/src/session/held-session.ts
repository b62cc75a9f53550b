import { SekishoUsageError } from 'sekisho'
import { ApacheSession } from 'sekisho/apache'
import type { Beginning, VisitorSession } from './contract.ts'

/** A login that a session knows of. */
export interface Login {
  readonly user: string
  readonly bound: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What a request asked for that its end has to carry out. */
export interface Intents {
  /** Entries, the time of expiry or the login were changed. */
  changed: boolean
  /** There is to be a session, whatever is in it. */
  started: boolean
  /** A new id for the same data. */
  renewed: boolean
  /** The login that the session is to get. */
  login: Login | undefined
  /** What the request brought has ended; what is in the session now is a new one's. */
  ended: boolean
}

/** What a session begins with. */
export interface HeldParts {
  readonly beginning: Beginning
  readonly content: ApacheSession
  readonly login: Login | undefined
  /** Keys that survive a login, in lower case. */
  readonly keptKeys: ReadonlySet<string>
}

/** The gateway's own entries, which travel among those of the visitor where there is no other place for them. */
export const ownKeys = { id: 'sekisho-id', login: 'sekisho-login' } as const

const reserved: ReadonlySet<string> = new Set(Object.values(ownKeys))

/** {@link VisitorSession} over Apache's session. It notes what is to be done; what the end of the request makes of it is its keeper's. */
export abstract class HeldSession implements VisitorSession {
  readonly beginning: Beginning
  protected readonly intents: Intents = {
    changed: false,
    started: false,
    renewed: false,
    login: undefined,
    ended: false,
  }
  readonly #keptKeys: ReadonlySet<string>
  #content: ApacheSession
  #login: Login | undefined

  constructor({ beginning, content, login, keptKeys }: HeldParts) {
    this.beginning = beginning
    this.#content = content
    this.#login = login
    this.#keptKeys = keptKeys
  }

  abstract get id(): string | undefined

  /** Ends what is stored, durably. */
  protected abstract end(): Promise<void>

  get user(): string | undefined {
    return this.#login?.user
  }

  get bound(): string | undefined {
    return this.#login?.bound
  }

  get authenticatedAt(): number | undefined {
    return this.#login?.at
  }

  get expiry(): number | undefined {
    const { expiry } = this.#content
    return expiry === 0n ? undefined : Number(expiry / 1000n)
  }

  entries(): readonly (readonly [key: string, value: string])[] {
    return [...this.#content].filter(([key]) => !isExpiry(key))
  }

  encode(): string {
    return this.#content.encode()
  }

  get(key: string): string | undefined {
    return this.#content.get(key)
  }

  set(key: string, value: string): void {
    if (reserved.has(fold(key))) {
      const message = `argument \`key\` must not be \`${key}\`, which the gateway keeps for itself`
      throw new SekishoUsageError('ERR_ARGUMENT', message)
    }
    this.#content.set(key, value)
    this.intents.changed = true
  }

  delete(key: string): void {
    if (this.#content.delete(key)) this.intents.changed = true
  }

  merge([value]: readonly string[]): void {
    if (value === undefined) return
    this.#content.merge(value)
    for (const key of reserved) this.#content.delete(key)
    this.intents.changed = true
  }

  start(): void {
    this.intents.started = true
  }

  login(user: string, bound?: string): void {
    if (user === '' || user.length > 255)
      throw new SekishoUsageError('ERR_ARGUMENT', 'argument `user` must have 1 to 255 characters')
    const kept = this.user === undefined || this.user === user ? this.#keptKeys : new Set<string>()
    for (const [key] of this.entries()) if (!kept.has(fold(key))) this.#content.delete(key)
    this.#login = { user, bound, at: Date.now() }
    this.intents.login = this.#login
    this.intents.changed = true
  }

  async logout(): Promise<void> {
    if (this.#login === undefined) return
    await this.#end()
    this.intents.changed = !this.isBlank
  }

  renew(): void {
    this.intents.renewed = true
  }

  async destroy(): Promise<void> {
    await this.#end()
    this.#content = new ApacheSession()
    this.intents.changed = false
    this.intents.started = false
  }

  /** The entries and the time of expiry themselves. */
  protected get content(): ApacheSession {
    return this.#content
  }

  /** The login as it stands, one that is still to be carried out included. */
  protected get currentLogin(): Login | undefined {
    return this.#login
  }

  /** Whether nothing is kept in it: no entry, no login. */
  protected get isBlank(): boolean {
    return this.#login === undefined && this.#content.isEmpty
  }

  async #end(): Promise<void> {
    await this.end()
    this.#login = undefined
    this.intents.login = undefined
    this.intents.renewed = false
    this.intents.ended = true
  }
}

/** Once encoded, the time of expiry is an entry as well: it keeps its place among the others. */
function isExpiry(key: string): boolean {
  return key.length === 6 && fold(key) === 'expiry'
}

/** Keys are the same in every case of their ASCII letters. */
export function fold(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
