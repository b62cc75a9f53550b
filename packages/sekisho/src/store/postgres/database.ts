import { SekishoError } from '../../errors.ts'
import type { Link, Row, Value } from './clients.ts'
import { sqlState, storeFault } from './faults.ts'

/** How often a statement is sent that the server has undone for the sake of another one. */
const mostAttempts = 20

/** How often a verb asks again that has lost a race; see {@link Database.decide}. */
const mostRaces = 10

/** A statement with a name of its own. */
export interface Statement {
  /** Up to 63 characters, another one for every other text: two stores may share a connection. */
  readonly name: string
  /** The SQL. */
  readonly text: string
}

/** @returns The statement, under a name that depends on its text. */
export function statement(verb: string, text: string): Statement {
  return { name: `sekisho_${verb}_${fingerprint(text)}`, text }
}

/** The user's database as the store uses it: single statements, each a transaction of its own. */
export class Database {
  readonly #link: Link
  readonly #prepare: boolean
  /** Raised when prepared plans have become useless, so that all connections prepare anew under another name. */
  #generation = 0

  /**
   * @param link The user's client.
   * @param prepare Whether statements are prepared.
   */
  constructor(link: Link, prepare: boolean) {
    this.#link = link
    this.#prepare = prepare
  }

  /**
   * Runs one statement. What the server refused before doing anything, or undid as a whole, is sent again: a plan made
   * before the table was altered, and the serialization failures of an isolation level above READ COMMITTED.
   */
  run(one: Statement, values: readonly Value[], attempt = 1): Promise<readonly Row[]> {
    const generation = this.#generation
    return this.#link.run(one.text, values, this.#nameOf(one)).catch((error: unknown) => {
      if (!this.#isRepeatable(error, generation, attempt)) throw storeFault(error)
      return this.run(one, values, attempt + 1)
    })
  }

  /**
   * Runs a statement that answers with one word, until it is another one than `again`: a statement sees the rows as they
   * were when it began, and says `again` when what it saw cannot explain what its own write met. Each `again` means that
   * another writer was faster, and the next look sees what that one wrote.
   */
  decide<Answer extends string>(one: Statement, values: readonly Value[], race = 1): Promise<Answer> {
    return this.run(one, values).then(([row]) => {
      if (row?.[0] !== 'again') return row?.[0] as Answer
      if (race === mostRaces) throw unexplained()
      return this.decide<Answer>(one, values, race + 1)
    })
  }

  /** Runs several statements without values as one transaction. */
  async script(text: string): Promise<void> {
    try {
      await this.#link.script(text)
    } catch (error) {
      throw storeFault(error)
    }
  }

  #nameOf({ name }: Statement): string | undefined {
    if (!this.#prepare) return undefined
    return this.#generation === 0 ? name : `${name}_${this.#generation}`
  }

  #isRepeatable(error: unknown, generation: number, attempt: number): boolean {
    const state = sqlState(error)
    // feature_not_supported, 'cached plan must not change result type': for ever, on every connection that has the name.
    if (state === '0A000' && this.#prepare && attempt === 1) {
      if (this.#generation === generation) this.#generation += 1
      return true
    }
    // serialization_failure, deadlock_detected
    return (state === '40001' || state === '40P01') && attempt < mostAttempts
  }
}

function unexplained(): SekishoError {
  const message = `a write was refused ${mostRaces} times by rows that are not to be seen`
  const hint = 'look for a trigger or a row-level security policy on the tables of the session store'
  return new SekishoError('ERR_STORE_UNAVAILABLE', `${message}; ${hint}`)
}

/** 64 bits of a text, from two hashes that mix in different ways. It tells texts apart and keeps no secret. */
function fingerprint(text: string): string {
  let [one, two] = [0x811c9dc5, 0x9e3779b9]
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    one = Math.imul(one ^ unit, 0x01000193)
    two = Math.imul((two << 5) ^ (two >>> 27) ^ unit, 0x2c9277b5)
  }
  return [one, two].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('')
}
