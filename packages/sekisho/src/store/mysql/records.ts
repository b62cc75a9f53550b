import { SekishoError } from '../../errors.ts'
import { channels } from '../../lib/events-node.ts'
import type { Lifetime, NewLifetime, SessionRecord, StoredSession } from '../contract.ts'
import { fieldsOf, sessionOf, writeIdMark, type SessionRow } from '../sql/row.ts'
import type { Database } from './database.ts'
import { isDuplicate } from './faults.ts'
import { sessionStatements, type SessionStatements } from './statements.ts'
import { binary, whole } from './values.ts'

/** How often a verb starts over when others change the record between two statements of its rare branch. */
const attempts = 8

/** A row as the driver gives it: the columns of a session, both blobs as bytes. */
export type DriverRow = Omit<SessionRow, 'fields'> & { readonly fields: Uint8Array }

/** What is at an address, for whoever could not write there. */
interface Glimpse {
  readonly version: number
  /** Whether this very write was applied before. */
  readonly applied: boolean
}

/** What a replace writes. */
export interface Replacement {
  readonly record: SessionRecord
  readonly version: number
  readonly lifetime: Lifetime
  readonly writeId: string
}

/** The verbs about single records: one statement each; a second one only to tell why nothing was written. */
export class Records {
  readonly #database: Database
  readonly #sql: SessionStatements
  readonly #maxBytes: number

  constructor(database: Database, table: string, maxBytes: number) {
    this.#database = database
    this.#sql = sessionStatements(table)
    this.#maxBytes = maxBytes
  }

  read(address: string): Promise<StoredSession | undefined> {
    return this.#database.rows<DriverRow>(this.#sql.read, [address]).then(([row]) => row && live(address, row))
  }

  create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'> {
    const blobs = this.blobsOf(record)
    const values = [address, whole(lifetime.idleMs), whole(lifetime.absoluteMs), ...blobs]
    return settled(this.#sql.create.does, async () => {
      try {
        await this.#database.write(this.#sql.create, values)
        return 'created'
      } catch (error) {
        if (!isDuplicate(error)) throw error
      }
      const writeId = record.writeIds.at(-1)
      const seen = await this.#look(address, writeId)
      if (seen !== undefined) return seen.applied && writeId !== undefined ? 'created' : 'exists'
      await this.bury(address)
      return undefined
    })
  }

  replace(
    address: string,
    { record, version, lifetime, writeId }: Replacement,
  ): Promise<'replaced' | 'conflict' | 'gone'> {
    const deadlines = [whole(lifetime.idleMs), whole(lifetime.absoluteMs)]
    const values = [...deadlines, ...this.blobsOf(record), address, version]
    return settled(this.#sql.replace.does, async () => {
      const { affectedRows } = await this.#database.write(this.#sql.replace, values)
      if (affectedRows > 0) return 'replaced'
      const seen = await this.#look(address, writeId)
      if (seen === undefined) return 'gone'
      if (seen.version === version) return undefined
      return seen.applied ? 'replaced' : 'conflict'
    })
  }

  async touch(address: string, { idleMs, absoluteMs }: Lifetime): Promise<'touched' | 'gone'> {
    const { told } = await this.#database.write(this.#sql.touch, [whole(idleMs), whole(absoluteMs), address])
    return told > 0 ? 'touched' : 'gone'
  }

  async delete(address: string): Promise<'deleted' | 'gone'> {
    const { affectedRows } = await this.#database.write(this.#sql.delete, [address])
    return affectedRows > 0 ? 'deleted' : 'gone'
  }

  deleteVersion(address: string, version: number): Promise<'deleted' | 'conflict' | 'gone'> {
    return settled(this.#sql.delete.does, async () => {
      const { affectedRows } = await this.#database.write(this.#sql.deleteVersion, [address, version])
      if (affectedRows > 0) return 'deleted'
      const seen = await this.#look(address)
      if (seen === undefined) return 'gone'
      return seen.version === version ? undefined : 'conflict'
    })
  }

  /** Removes the record if it is dead. */
  async bury(address: string): Promise<void> {
    await this.#database.write(this.#sql.bury, [address])
  }

  /** @returns The columns `fields` and `payload`; throws `ERR_STORE_FULL` when they are too large together. */
  blobsOf(record: SessionRecord): [Buffer, Buffer] {
    const blobs: [Buffer, Buffer] = [Buffer.from(fieldsOf(record)), binary(record.payload)]
    const bytes = blobs[0].length + blobs[1].length
    if (bytes <= this.#maxBytes) return blobs
    const message = `the record has ${bytes} bytes, \`maxRecordBytes\` is ${this.#maxBytes}`
    throw new SekishoError('ERR_STORE_FULL', message)
  }

  /** @returns What lives at the address, `undefined` when nothing does. */
  async #look(address: string, writeId = ''): Promise<Glimpse | undefined> {
    const mark = Buffer.from(writeIdMark(writeId))
    const [row] = await this.#database.rows<Record<'version' | 'alive' | 'applied', unknown>>(this.#sql.look, [
      mark,
      address,
    ])
    if (row === undefined || Number(row.alive) === 0) return undefined
    return { version: Number(row.version), applied: Number(row.applied) !== 0 }
  }
}

function live(address: string, row: DriverRow): StoredSession | undefined {
  const due = Math.min(Number(row.idle_deadline), Number(row.absolute_deadline))
  if (Number(row.now) < due) return stored(address, row)
  channels.expired.publish({ address })
  return undefined
}

/** @returns A live row as a session with bytes of the caller's own; a row that is no record raises `rejected`. */
export function stored(address: string, row: DriverRow): StoredSession | undefined {
  // Copied, because the driver's buffer is a window into all that came with it over the network.
  const payload = new Uint8Array(row.payload)
  return sessionOf(address, { ...row, fields: binary(row.fields).toString(), payload })
}

/** Runs `attempt` until it knows the outcome. */
export async function settled<T>(does: string, attempt: () => Promise<T | undefined>): Promise<T> {
  for (let left = attempts; left > 0; left -= 1) {
    const outcome = await attempt()
    if (outcome !== undefined) return outcome
  }
  const message = `the MySQL store could not ${does}: others changed it between two statements ${attempts} times in a row`
  throw new SekishoError('ERR_STORE_UNAVAILABLE', message)
}
