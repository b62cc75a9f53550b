import { carrierHandOff, carrierParts } from '../../index.ts'
import type { RowStore } from '../../store/rows.ts'
import type { Seen, SharedFormat } from './format.ts'
import type { KnownId, KnownIds } from './known-ids.ts'
import { replacedIn } from './replaced.ts'
import { carrierOf } from './secrets-node.ts'

/** What {@link Successors} works with. */
export interface SuccessorsTerms {
  readonly rows: RowStore<Uint8Array>
  readonly ids: KnownIds
  readonly format: SharedFormat
  /** Seconds for which an id that was replaced leads on. */
  readonly forwardFor: number
}

/**
 * Requests that come with an id which PHP has replaced by the recipe of its manual: they were under way, or the answer with the new
 * cookie was lost. For a while they are brought to the session under its new id, as a page of PHP that follows the recipe brings
 * them, and the browser is told of it.
 *
 * Nobody gets more by that than he had: where somebody has logged in with the change of the id, or since, the old one leads nowhere.
 */
export class Successors {
  readonly #terms: SuccessorsTerms

  constructor(terms: SuccessorsTerms) {
    this.#terms = terms
  }

  /** @returns Whether the address stands for another id from now on. */
  async follow(address: string): Promise<boolean> {
    const { ids, forwardFor } = this.#terms
    const known = ids.get(address)
    const before = known && (await this.#look(known.id))
    const { successor, until = 0 } = (before && replacedIn(before.vars, forwardFor)) ?? {}
    if (known === undefined || successor === undefined || until <= Date.now()) return false
    const after = await this.#look(successor)
    if (after === undefined || (after.principal !== undefined && after.principal !== before?.principal)) return false
    const moved = movedTo(successor, { address, known, until })
    if (moved !== undefined) ids.set(address, moved)
    return moved !== undefined
  }

  async #look(id: string): Promise<Seen | undefined> {
    const row = await this.#terms.rows.get(id)
    return row && this.#terms.format.look(row.data)
  }
}

/** What was known of an address, and until when its secret is good. */
interface Before {
  readonly address: string
  readonly known: KnownId
  readonly until: number
}

/** The engine takes the old id for the secret before the last rotation: it writes to the session, and hands the new one over. */
function movedTo(id: string, { address, known, until }: Before): KnownId | undefined {
  const { previous } = known
  if (previous !== undefined) {
    return { ...known, id, previous: { ...previous, until: Math.min(until, previous.until ?? until) } }
  }
  const carrier = carrierOf(known.id)
  // A login of this process has moved the session since the request came: its cookie has another address.
  return carrierParts(carrier).address === address ? { id, ...carrierHandOff(carrier, until) } : undefined
}
