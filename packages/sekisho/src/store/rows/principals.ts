import { SekishoError } from '../../errors.ts'
import type { PrincipalIndex } from '../contract.ts'
import type { Decision, RowChanges } from './changes.ts'
import { companionContent, companionId, companionText } from './companions.ts'
import type { Row } from './contract.ts'
import { bodyOf, enveloped } from './envelope.ts'

/** The row of a principal. */
interface Entry {
  readonly epoch: number
  /** When each session's entry may be dropped, epoch milliseconds, by address. */
  readonly sessions: ReadonlyMap<string, number>
}

/**
 * Which sessions a principal has, in one row for each principal beside the sessions. A row whose epoch was ever raised stays
 * for ever; others end with their last session.
 */
export class RowPrincipals implements PrincipalIndex {
  readonly #changes: RowChanges<string>
  readonly #idLength: number

  constructor(changes: RowChanges<string>, idLength: number) {
    this.#changes = changes
    this.#idLength = idLength
  }

  /** @returns The principal's epoch, 0 when it was never raised. */
  async epoch(principal: string): Promise<number> {
    return (await this.#read(principal)).epoch
  }

  /** Raises the epoch by one, atomically. @returns The new epoch. */
  raiseEpoch(principal: string): Promise<number> {
    return this.#change(principal, ({ epoch, sessions }) => ({
      answer: epoch + 1,
      entry: { epoch: epoch + 1, sessions },
    }))
  }

  /** Adds a session; adding it again moves its expiry. */
  add(principal: string, address: string, expiresInMs: number): Promise<void> {
    return this.#change(principal, ({ epoch, sessions }, now) => ({
      answer: undefined,
      entry: { epoch, sessions: new Map([...sessions, [address, now + expiresInMs]]) },
    }))
  }

  /** Removes a session from the list. */
  remove(principal: string, address: string): Promise<void> {
    return this.#change(principal, ({ epoch, sessions }) => {
      const rest = [...sessions].filter(([each]) => each !== address)
      return { answer: undefined, ...(rest.length < sessions.size && { entry: { epoch, sessions: new Map(rest) } }) }
    })
  }

  /** @returns The addresses of the principal's sessions. */
  async list(principal: string): Promise<readonly string[]> {
    return [...(await this.#read(principal)).sessions.keys()]
  }

  async #read(principal: string): Promise<Entry> {
    return entryOf(await this.#changes.rows.get(await this.#idOf(principal)))
  }

  async #change<A>(
    principal: string,
    decide: (entry: Entry, now: number) => { readonly answer: A; readonly entry?: Entry },
  ): Promise<A> {
    return this.#changes.change(await this.#idOf(principal), (row, now): Decision<string, A> => {
      const { answer, entry } = decide(entryOf(row), now)
      if (entry === undefined) return { answer }
      const sessions = [...entry.sessions].filter(([, expiry]) => expiry > now)
      if (sessions.length === 0 && entry.epoch === 0) return { answer, act: 'remove' }
      const end = entry.epoch > 0 ? Infinity : Math.max(...sessions.map(([, expiry]) => expiry))
      const data = enveloped(end, companionText('index', [entry.epoch, sessions]))
      return { answer, act: 'write', data, dueMs: end - now }
    })
  }

  #idOf(principal: string): Promise<string> {
    return companionId('index', principal, this.#idLength)
  }
}

function entryOf(row: Row | undefined): Entry {
  if (row === undefined) return { epoch: 0, sessions: new Map() }
  const content = companionContent('index', bodyOf(row.data))
  if (content === undefined) throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the row of a principal was overwritten')
  const [epoch, sessions] = content as [number, [string, number][]]
  return { epoch, sessions: new Map(sessions) }
}
