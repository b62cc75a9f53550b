import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { noSession, type Awaitable } from '../contract.ts'
import { whenReady, type Plain } from '../plain.ts'
import { sample, type Sample } from '../sample.ts'
import { presented, setCookie } from './floor-parts.ts'

/** What a database keeps under the hash of a token. */
export interface Row {
  /** The hash again. */
  readonly verifier: string
  /** The data as JSON. */
  readonly data: string
}

/** The rows of a floor: a database that knows when they end. */
export interface Rows {
  /** Keeps a new row for half an hour. */
  create(digest: string, data: string): Awaitable<unknown>
  /** @returns The row, unless it has ended. */
  read(digest: string): Awaitable<Row | undefined>
  /** Writes over a row, whoever has written it meanwhile, and keeps it for half an hour more. */
  write(digest: string, data: string): Awaitable<unknown>
  /** Removes them all. */
  close(): Awaitable<void>
}

/** The least that a session in a database can cost when a dump of it shall hold no token. */
export function hashedRows(rows: Rows): Plain {
  return {
    async create() {
      const data = sample()
      const token = randomBytes(32).toString('base64url')
      await rows.create(hash('sha256', token, 'hex'), JSON.stringify(data))
      return { body: String(data.n), cookie: setCookie(token) }
    },
    read(cookie) {
      const token = presented(cookie)
      if (token === undefined) return { body: noSession }
      const digest = hash('sha256', token, 'hex')
      return whenReady(rows.read(digest), (row) => ({ body: String(dataOf(row, digest)?.n ?? noSession) }))
    },
    write(cookie) {
      const token = presented(cookie)
      if (token === undefined) return { body: noSession }
      const digest = hash('sha256', token, 'hex')
      return whenReady(rows.read(digest), (row) => {
        const data = dataOf(row, digest)
        if (data === undefined) return { body: noSession }
        data.n += 1
        return whenReady(rows.write(digest, JSON.stringify(data)), () => ({ body: String(data.n) }))
      })
    },
    close: () => rows.close(),
  }
}

function dataOf(row: Row | undefined, digest: string): Sample | undefined {
  if (row === undefined) return undefined
  const isMine = timingSafeEqual(Buffer.from(row.verifier, 'latin1'), Buffer.from(digest, 'latin1'))
  return isMine ? (JSON.parse(row.data) as Sample) : undefined
}
