import { SekishoError } from '../../errors.ts'
import type { Awaitable } from '../contract.ts'
import { enveloped } from './envelope.ts'

/** So many characters are tried first: most sessions never need more. */
const usual = 2048

/** A trial row must live long enough to be read back: a `select` may leave dead rows out, a sweep remove them. */
const trialMs = 60_000
const notUnique =
  'the id column takes the same id twice; give the table a primary key: ALTER TABLE … ADD PRIMARY KEY (id)'

/** The part of a SQL row store that the check uses. */
export interface FitRows {
  /** Inserts without a check. */
  put(id: string, data: string, dueMs: number): Promise<boolean>
  delete(id: string): Promise<boolean>
  now(): Awaitable<number>
}

/**
 * Finds out whether the columns hold what they are given. A MySQL server that is not strict cuts it off and says nothing: an
 * id in a column too narrow is never found again, and a session in one is destroyed. So a row of the same length is tried
 * first, before any session is, and again only when one grows beyond all before.
 */
export class Fit {
  readonly #rows: FitRows
  readonly #raw: (id: string) => Promise<string | undefined>
  readonly #idLength: number
  #proven = -1
  #trial: Promise<void> | undefined
  /** A table that cannot be used leaves rows behind, so it is tried once. */
  #unusable: SekishoError | undefined

  constructor(rows: FitRows, raw: (id: string) => Promise<string | undefined>, idLength: number) {
    this.#rows = rows
    this.#raw = raw
    this.#idLength = idLength
  }

  /** Resolves when data of this length is sure to fit; rejects with `ERR_STORE_SETUP`. */
  async ensure(length: number): Promise<void> {
    while (length > this.#proven) {
      if (this.#unusable !== undefined) throw this.#unusable
      await (this.#trial ?? this.#begin(length))
    }
  }

  /** One trial at a time, for all who wait. */
  #begin(length: number): Promise<void> {
    this.#trial = this.#try(length).finally(() => {
      this.#trial = undefined
    })
    return this.#trial
  }

  /** Tries more than is needed, so that a growing session does not try each time; then exactly what is needed. */
  async #try(length: number): Promise<void> {
    const generous = Math.max(length * 2, usual)
    if (await this.#holds(generous).catch(() => false)) this.#proven = generous
    else if (this.#unusable !== undefined) throw this.#unusable
    else if (await this.#holds(length)) this.#proven = length
    else throw this.#tooNarrow(length)
  }

  #tooNarrow(length: number): SekishoError {
    return new SekishoError(
      'ERR_STORE_SETUP',
      `the data column cuts off what is longer than ${Math.max(this.#proven, 0)} characters, and a session has ${length}; ` +
        'make the column wider, such as MEDIUMTEXT in MySQL and TEXT elsewhere',
    )
  }

  /** Writes a row that is soon dead, reads it back and removes it. A strict database throws what it thinks of it. */
  async #holds(length: number): Promise<boolean> {
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(32)))
      .toString('hex')
      .slice(0, this.#idLength)
    const end = (await this.#rows.now()) + trialMs
    const data = enveloped(end, '').padEnd(length, '0')
    await this.#rows.put(id, data, trialMs)
    try {
      const found = await this.#raw(id)
      if (found === undefined) throw this.#refuse(this.#narrowId())
      if (this.#proven < 0 && (await this.#rows.put(id, enveloped(end, 'again'), trialMs)))
        throw this.#refuse(notUnique)
      return found === data
    } finally {
      await this.#rows.delete(id)
    }
  }

  #narrowId(): string {
    const wide = `make the column at least ${this.#idLength} characters wide`
    return `the id column does not give back a row with an id of ${this.#idLength} characters; ${wide}, or set \`idLength\` (at least 32)`
  }

  #refuse(message: string): SekishoError {
    this.#unusable = new SekishoError('ERR_STORE_SETUP', message)
    return this.#unusable
  }
}
