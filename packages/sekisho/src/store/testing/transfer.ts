import type { Awaitable, SessionStore, SessionTransfer, StoredSession, TransferPage } from '../contract.ts'
import type { Bench } from './bench.ts'
import { check, found, same, sameRecord } from './check.ts'
import { record, stored } from './samples.ts'

/** What one case about transfers works with. */
export interface TransferBench extends Bench {
  readonly transfer: SessionTransfer
}

/** A scan that has more pages than this does not end. */
const mostPages = 5000

/** A case for the stores that can list their records. */
export function transferring(run: (bench: TransferBench) => Awaitable<void>): (bench: Bench) => Promise<void> {
  return async (bench) => {
    const { transfer } = bench.store
    if (transfer !== undefined) await run({ ...bench, transfer })
  }
}

/** Scans to the end, each page on the handle whose turn it is: cursors are for other processes too. */
export async function scan(
  bench: Bench,
  limit: number,
  meanwhile?: () => Promise<void>,
  from?: string,
): Promise<TransferPage[]> {
  const pages: TransferPage[] = []
  let cursor = from
  do {
    const page: TransferPage = await transferOf(bench, pages.length).scan(cursor, limit)
    pages.push(page)
    check(pages.length <= mostPages, `a scan has not ended after ${mostPages} pages`)
    await meanwhile?.()
    cursor = page.next
  } while (cursor !== undefined)
  return pages
}

/** The addresses that a whole scan finds, each once. */
export async function scanned(bench: Bench, limit: number): Promise<string[]> {
  return unique(await scan(bench, limit))
}

/** The addresses in some pages, each once. */
export function unique(pages: readonly TransferPage[]): string[] {
  return [...new Set(pages.flatMap(({ sessions }) => sessions.map(({ address }) => address)))]
}

/** The transfer of the handle whose turn it is. */
export function transferOf(bench: Bench, turn: number): SessionTransfer {
  const { transfer } = bench.handle(turn)
  check(transfer !== undefined, 'a second handle has `transfer` where the first has it')
  return transfer
}

/** A session from elsewhere that lives by this store's clock, with times that no verb of this store would give it. */
export async function session(
  store: SessionStore,
  fields: Partial<Pick<StoredSession, 'record' | 'version'>> = {},
): Promise<StoredSession> {
  const probe = await stored(store)
  const { now } = await found(store.read(probe))
  await store.delete(probe)
  const times = { createdAt: now - 1_234_567, idleDeadline: now + 765_432, absoluteDeadline: now + 7_654_321 }
  return { record: record(), version: 3, now, ...times, ...fields }
}

/** Compares everything that moves with a session: record, version and times. */
export function sameSession(actual: StoredSession, expected: StoredSession): void {
  sameRecord(actual.record, expected.record)
  same(actual.version, expected.version, 'version')
  same(actual.createdAt, expected.createdAt, 'createdAt')
  same(actual.idleDeadline, expected.idleDeadline, 'idleDeadline')
  same(actual.absoluteDeadline, expected.absoluteDeadline, 'absoluteDeadline')
}
