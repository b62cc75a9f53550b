import { SekishoError } from '../../errors.ts'
import type { Row, RowStore, RowVerbs } from './contract.ts'
import { turnsFor, type Turns } from './turns.ts'
import { pause } from '../../lib/pause.ts'

/** So often a change may be overtaken by other processes; each time, one of them has succeeded. */
const mostAttempts = 100

/** What shall become of a row, and what the caller is answered once it has. */
export type Decision<D, A> =
  | { readonly answer: A; readonly act?: undefined }
  | { readonly answer: A; readonly act: 'write'; readonly data: D; readonly dueMs: number }
  | { readonly answer: A; readonly act: 'remove' }

/** Looks at a row and decides. It may be asked again, with a newer row, when another process was faster. */
export type Decide<D, A> = (row: Row<D> | undefined, now: number) => Decision<D, A>

/** Atomic changes of single rows, as far as the row store can: under its lock, by comparing and swapping, or in turns. */
export class RowChanges<D> {
  /** The rows that are changed. */
  readonly rows: RowStore<D>
  readonly #turns: Turns

  /** @param rows The rows to change. */
  constructor(rows: RowStore<D>) {
    this.rows = rows
    this.#turns = turnsFor(rows.resource ?? rows)
  }

  /** The clock that judges. */
  async now(): Promise<number> {
    return this.rows.now === undefined ? Date.now() : this.rows.now()
  }

  /** Whether no process can overwrite what another one has written since it was read. */
  get isFenced(): boolean {
    const { shared, withLock, updateIf, deleteIf } = this.rows
    return !shared || withLock !== undefined || (updateIf !== undefined && deleteIf !== undefined)
  }

  /**
   * Changes a row. Within this process the changes of a row take turns, whatever the row store can: that keeps a busy
   * session from occupying all of the user's connections.
   */
  change<A>(id: string, decide: Decide<D, A>): Promise<A> {
    return this.#turns.take(id, () => {
      if (this.rows.withLock === undefined) return this.#persevere(this.rows, id, decide)
      return this.rows.withLock(id, (locked) => this.#persevere(locked, id, decide))
    })
  }

  async #persevere<A>(verbs: RowVerbs<D>, id: string, decide: Decide<D, A>): Promise<A> {
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const row = await verbs.get(id)
      const decision = decide(row, await this.now())
      if (await this.#carriedOut(verbs, id, row, decision)) return decision.answer
      await pause(Math.random() * Math.min(attempt, 20))
    }
    throw new SekishoError('ERR_STORE_UNAVAILABLE', `a row was changed by others ${mostAttempts} times in a row`)
  }

  /** @returns `false` when the row is not what it was any more. */
  async #carriedOut(
    verbs: RowVerbs<D>,
    id: string,
    row: Row<D> | undefined,
    decision: Decision<D, unknown>,
  ): Promise<boolean> {
    const conditional: RowStore<D> | undefined = verbs === this.rows ? this.rows : undefined
    switch (decision.act) {
      case undefined:
        return true
      case 'write': {
        const { data, dueMs } = decision
        if (row === undefined) return verbs.insert(id, data, dueMs)
        return conditional?.updateIf?.(id, data, row.data, dueMs) ?? verbs.update(id, data, dueMs)
      }
      case 'remove':
        if (row === undefined) return true
        return conditional?.deleteIf?.(id, row.data) ?? verbs.delete(id)
    }
  }
}
