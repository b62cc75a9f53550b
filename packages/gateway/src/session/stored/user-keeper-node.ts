import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { SekishoError } from 'sekisho'
import { ApacheSession } from 'sekisho/apache'
import type { NewLifetime, SessionRecord, StoredSession } from 'sekisho/store'
import type { SessionKeeper, VisitorAnswer, VisitorRequest, VisitorSession } from '../contract.ts'
import { foreignSession } from '../foreign-session.ts'
import type { SessionCookie } from '../session-cookie.ts'
import type { SessionSeal } from '../session-seal.ts'
import type { PreparedStore } from '../stores/prepared-store.ts'
import { pairsOf } from './engine-entries.ts'
import { type EntryChanges, UserSession } from './user-session.ts'

/** What a {@link UserKeeper} is made of. */
export interface UserKeeperParts {
  readonly cookie: SessionCookie
  readonly store: PreparedStore
  /** Absent: what is stored can be read by whoever reads the store. */
  readonly crypto: SessionSeal | undefined
  /** Seconds without a request after which a session ends; undefined: it stays. */
  readonly idleSeconds: number | undefined
}

/** Without a limit: as long as any store can promise. */
const tenYearsMs = 10 * 365 * 86_400_000
const mostAttempts = 50

/** SessionDBDPerUser: one session for each user, without a cookie. Nobody is kept apart by browser here, so there is no login in it. */
export class UserKeeper implements SessionKeeper {
  readonly cacheControl = 'no-cache, private'
  readonly #parts: UserKeeperParts

  constructor(parts: UserKeeperParts) {
    this.#parts = parts
  }

  async open({ user }: VisitorRequest): Promise<VisitorSession> {
    const address = user === undefined ? undefined : addressOfUser(user)
    const stored = address === undefined ? undefined : await this.#read(address)
    const content = await this.#contentOf(stored)
    const { idleSeconds } = this.#parts
    if (idleSeconds !== undefined) content.expiry = BigInt(Date.now() + idleSeconds * 1000) * 1000n
    const remove = async () => {
      if (address !== undefined) await this.#asked(() => this.#parts.store.lent.delete(address))
    }
    return new UserSession({ address, content, isFound: stored !== undefined, remove })
  }

  forwardedCookie(cookie: string | undefined): string | undefined {
    return this.#parts.cookie.forwarded(cookie)
  }

  async commit(session: VisitorSession, _answer: VisitorAnswer): Promise<readonly string[]> {
    if (!(session instanceof UserSession)) throw foreignSession()
    const { id: address, changes } = session
    if (address === undefined) return []
    if (changes.size > 0) await this.#write(address, changes)
    else if (session.beginning === 'found') await this.#touch(address)
    return []
  }

  /** Compares and swaps, with the changes laid over what others have stored meanwhile. */
  async #write(address: string, changes: EntryChanges): Promise<void> {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const stored = await this.#read(address)
      const content = changed(await this.#contentOf(stored), changes)
      if (await this.#put(address, stored, await this.#recordOf(content, stored))) return
      await pause(Math.random() * Math.min(attempt + 1, 20))
    }
    throw new SekishoError('ERR_SESSION_CONFLICT', `other requests changed the session ${mostAttempts} times in a row`)
  }

  async #put(address: string, stored: StoredSession | undefined, record: SessionRecord): Promise<boolean> {
    const { lent } = this.#parts.store
    const lifetime = this.#lifetime
    if (stored === undefined) return (await this.#asked(() => lent.create(address, record, lifetime))) === 'created'
    const [writeId = ''] = record.writeIds.slice(-1)
    const { idleMs } = lifetime
    const write = () => lent.replace(address, record, stored.version, { idleMs }, writeId)
    return (await this.#asked(write)) === 'replaced'
  }

  async #touch(address: string): Promise<void> {
    const { idleMs } = this.#lifetime
    if (this.#parts.idleSeconds !== undefined)
      await this.#asked(() => this.#parts.store.lent.touch(address, { idleMs }))
  }

  async #recordOf(content: ApacheSession, before: StoredSession | undefined): Promise<SessionRecord> {
    const { crypto } = this.#parts
    const encoded = content.encode()
    const text = crypto === undefined ? encoded : await crypto.seal(encoded)
    const writeIds = [...(before?.record.writeIds.slice(-3) ?? []), randomBytes(8).toString('base64url')]
    return { generation: 0, current: 'user', dataVersion: 1, writeIds, payload: Buffer.from(text) }
  }

  async #contentOf(stored: StoredSession | undefined): Promise<ApacheSession> {
    if (stored === undefined) return new ApacheSession()
    const { crypto } = this.#parts
    const text = Buffer.from(stored.record.payload).toString('latin1')
    return ApacheSession.decode(crypto === undefined ? text : ((await crypto.open(text))?.encoded ?? ''))
  }

  #read(address: string): Promise<StoredSession | undefined> {
    return this.#asked(() => this.#parts.store.lent.read(address))
  }

  async #asked<T>(call: () => T | Promise<T>): Promise<T> {
    try {
      await this.#parts.store.ready()
      return await call()
    } catch (cause) {
      if (cause instanceof SekishoError) throw cause
      throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the store of the sessions has failed', { cause })
    }
  }

  get #lifetime(): NewLifetime {
    const { idleSeconds } = this.#parts
    return { idleMs: idleSeconds === undefined ? tenYearsMs : idleSeconds * 1000, absoluteMs: tenYearsMs }
  }
}

function changed(content: ApacheSession, changes: EntryChanges): ApacheSession {
  const pairs = pairsOf(content)
  for (const [key, pair] of changes) {
    if (pair === undefined) pairs.delete(key)
    else pairs.set(key, pair)
  }
  return ApacheSession.decode([...pairs.values()].join('&'))
}

/**
 * Where the one session of a user is filed. A hash, because a name may have any characters and any length; it says what it is
 * for, so that no cookie leads there.
 */
export function addressOfUser(user: string): string {
  return createHash('sha256').update(`sekisho gateway user\n${user}`).digest('hex')
}
