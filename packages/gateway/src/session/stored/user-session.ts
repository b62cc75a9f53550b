import type { ApacheSession } from 'sekisho/apache'
import { HeldSession } from '../held-session.ts'
import { pairsOf } from './engine-entries.ts'

/** The changes that one request made, by key in lower case: the pair as Apache writes it, or undefined for one that has gone. */
export type EntryChanges = ReadonlyMap<string, string | undefined>

/** What a {@link UserSession} begins with. */
export interface UserParts {
  /** Undefined: nobody is logged in, and nothing can be kept. */
  readonly address: string | undefined
  readonly content: ApacheSession
  readonly isFound: boolean
  /** Removes what is stored for the user. */
  remove(): Promise<void>
}

/** The one session of a user whom Basic authentication has found, whatever browser the request came from. */
export class UserSession extends HeldSession {
  readonly id: string | undefined
  readonly #before: ReadonlyMap<string, string>
  readonly #remove: () => Promise<void>

  constructor({ address, content, isFound, remove }: UserParts) {
    super({ beginning: isFound ? 'found' : 'none', content, login: undefined, keptKeys: new Set() })
    this.id = address
    this.#before = pairsOf(content)
    this.#remove = remove
  }

  /** What has to be laid over whatever is stored by then. */
  get changes(): EntryChanges {
    if (!this.intents.changed) return new Map()
    const now = pairsOf(this.content)
    const gone = [...this.#before.keys()].filter((key) => !now.has(key))
    const put = [...now].filter(([key, pair]) => this.#before.get(key) !== pair)
    return new Map<string, string | undefined>([...gone.map((key) => [key, undefined] as const), ...put])
  }

  protected end(): Promise<void> {
    return this.#remove()
  }
}
