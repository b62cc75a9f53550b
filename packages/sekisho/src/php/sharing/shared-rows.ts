import { SekishoError } from '../../errors.ts'
import type { Row, RowStore, RowVerbs } from '../../store/rows.ts'
import type { SharedContent } from './format.ts'
import type { KnownId, KnownIds } from './known-ids.ts'
import { newId } from './secrets-node.ts'

type Verbs = RowVerbs<Uint8Array>

/**
 * Rows of PHP by the engine's addresses. The id of a session of PHP is its secret: so where the engine changes the secret, as
 * at a login, the session moves to a row of another id, and the row of the old one is removed.
 */
export class SharedRows implements RowStore<SharedContent> {
  readonly durable: RowStore['durable']
  readonly shared: boolean
  readonly resource: object
  declare readonly withLock?: NonNullable<RowStore<SharedContent>['withLock']>
  declare readonly updateIf?: NonNullable<RowStore<SharedContent>['updateIf']>
  declare readonly deleteIf?: NonNullable<RowStore<SharedContent>['deleteIf']>
  declare readonly expire?: NonNullable<RowStore['expire']>
  readonly #rows: RowStore<Uint8Array>
  readonly #ids: KnownIds

  constructor(rows: RowStore<Uint8Array>, ids: KnownIds) {
    this.#rows = rows
    this.#ids = ids
    this.durable = rows.durable
    this.shared = rows.shared
    this.resource = rows.resource ?? rows
    const { withLock, updateIf, deleteIf, expire } = rows
    if (withLock !== undefined) this.withLock = (address, task) => this.#locked(withLock.bind(rows), address, task)
    if (updateIf !== undefined && deleteIf !== undefined) {
      this.updateIf = (...change) => this.#updateIf(updateIf.bind(rows), deleteIf.bind(rows), change)
      this.deleteIf = async (address, { vars }) => {
        const known = this.#ids.get(address)
        return known !== undefined && deleteIf.call(rows, known.id, vars)
      }
    }
    if (expire !== undefined) this.expire = (instant, limit) => expire.call(rows, instant, limit)
  }

  get(address: string): Promise<Row<SharedContent> | undefined> {
    return this.#get(this.#rows, address)
  }

  /** A new session has a new id; what another process has ended under the old one stays ended. */
  async insert(address: string, content: SharedContent, dueMs: number): Promise<boolean> {
    this.#ids.set(address, await this.#inserted(content, dueMs))
    return true
  }

  update(address: string, content: SharedContent, dueMs: number): Promise<boolean> {
    return this.#update(this.#rows, address, content, dueMs)
  }

  async delete(address: string): Promise<boolean> {
    const known = this.#ids.get(address)
    return known !== undefined && this.#rows.delete(known.id)
  }

  async ready(): Promise<void> {
    await this.#rows.ready?.()
  }

  async close(): Promise<void> {
    await this.#rows.close?.()
  }

  /** Where there is no row yet, nobody else can have its id. */
  #locked<T>(
    withLock: NonNullable<RowStore<Uint8Array>['withLock']>,
    address: string,
    task: (locked: RowVerbs<SharedContent>) => Promise<T>,
  ): Promise<T> {
    const known = this.#ids.get(address)
    if (known === undefined) return task(this)
    return withLock(known.id, (verbs) =>
      task({
        get: (each) => this.#get(verbs, each),
        insert: (each, content, dueMs) => this.insert(each, content, dueMs),
        update: (each, content, dueMs) => this.#update(verbs, each, content, dueMs),
        delete: async (each) => this.#ids.get(each) !== undefined && verbs.delete(known.id),
      }),
    )
  }

  async #get(verbs: Verbs, address: string): Promise<Row<SharedContent> | undefined> {
    const known = this.#ids.get(address)
    if (known === undefined) return undefined
    const row = await verbs.get(known.id)
    const { id: _, ...secrets } = known
    if (row !== undefined) return { ...row, data: { vars: row.data, ...secrets } }
    this.#ids.forget(address)
    return undefined
  }

  /** Makes a row under a new id, which nothing leads to yet. */
  async #inserted({ vars, current }: SharedContent, dueMs: number): Promise<KnownId> {
    const known = { id: newId(), current }
    if (await this.#rows.insert(known.id, vars, dueMs)) return known
    throw new SekishoError('ERR_STORE_CONTRACT', 'the rows of PHP say that a new random id is taken')
  }

  async #update(verbs: Verbs, address: string, content: SharedContent, dueMs: number): Promise<boolean> {
    const known = this.#ids.get(address)
    if (known === undefined) return false
    if (known.current === content.current) return verbs.update(known.id, content.vars, dueMs)
    await this.insert(address, content, dueMs)
    await verbs.delete(known.id)
    return true
  }

  async #updateIf(
    updateIf: NonNullable<RowStore<Uint8Array>['updateIf']>,
    deleteIf: NonNullable<RowStore<Uint8Array>['deleteIf']>,
    [address, content, expected, dueMs]: Parameters<NonNullable<RowStore<SharedContent>['updateIf']>>,
  ): Promise<boolean> {
    const known = this.#ids.get(address)
    if (known === undefined) return false
    if (known.current === content.current) return updateIf(known.id, content.vars, expected.vars, dueMs)
    const moved = await this.#inserted(content, dueMs)
    if (await deleteIf(known.id, expected.vars)) {
      this.#ids.set(address, moved)
      return true
    }
    await this.#rows.delete(moved.id)
    return false
  }
}
