import type { Awaitable } from '../contract.ts'
import type { StoreCases } from './bench.ts'
import { between, found, same, sameMembers, together } from './check.ts'
import { bytes, fullRecord, long, newAddress, newWriteId, record, stored, text } from './samples.ts'
import { sameSession, scan, scanned, transferring, unique } from './transfer.ts'

/** `scan` reads every live record, page by page, for the stores that can list them. */
export const scanCases: StoreCases = {
  'scans an empty store to its end': transferring(async (bench) => {
    sameMembers(await scanned(bench, 10), [], 'addresses')
    between(await bench.transfer.estimate(), 0, 10, 'estimate')
  }),

  'scans every session as a read finds it': transferring(async (bench) => {
    const { store, slack } = bench
    const given = fullRecord()
    const [full, replaced, touched] = [await stored(store, given), await stored(store), await stored(store)]
    await store.replace(replaced, fullRecord(), 1, long, newWriteId())
    await store.touch(touched, { idleMs: 2 * long.idleMs, absoluteMs: 2 * long.absoluteMs })
    const pages = await scan(bench, 10)
    sameMembers(unique(pages), [full, replaced, touched], 'addresses')
    for (const session of pages.flatMap(({ sessions }) => sessions)) {
      const read = await found(store.read(session.address))
      sameSession(session.stored, read)
      between(session.stored.now, read.now - 60_000, read.now + slack, 'now')
    }
  }),

  'scans in pages of about the size that was asked for': transferring(async (bench) => {
    const addresses = await together(200, () => stored(bench.store))
    const pages = await scan(bench, 10)
    sameMembers(unique(pages), addresses, 'addresses')
    for (const { sessions } of pages) between(sessions.length, 0, 100, 'sessions in a page of about 10')
  }),

  'scans everything in pages of one': transferring(async (bench) => {
    const addresses = await together(20, () => stored(bench.store))
    sameMembers(await scanned(bench, 1), addresses, 'addresses')
  }),

  'scans everything in one page that is large enough, or in several': transferring(async (bench) => {
    const addresses = await together(20, () => stored(bench.store))
    sameMembers(await scanned(bench, 1000), addresses, 'addresses')
  }),

  'leaves dead and deleted sessions out of a scan': transferring(async (bench) => {
    const { store, short, outlive } = bench
    const living = await together(5, () => stored(store))
    await together(5, () => stored(store, record(), { idleMs: short, absoluteMs: long.absoluteMs }))
    await together(5, () => stored(store, record(), { idleMs: long.idleMs, absoluteMs: short }))
    await store.delete(await stored(store))
    await outlive()
    sameMembers(await scanned(bench, 3), living, 'addresses')
  }),

  'misses no session that stays during a scan while others come, go and change': transferring(async (bench) => {
    const { store } = bench
    const staying = await together(60, () => stored(store))
    const going = await together(60, () => stored(store))
    const changed = [...staying]
    const pages = await scan(bench, 5, async () => {
      await together(3, () => store.delete(going.pop() ?? newAddress()))
      if (going.length > 0) await together(3, () => stored(store))
      const address = changed.pop()
      if (address === undefined) return
      await store.replace(address, record(), 1, long, newWriteId())
      await store.touch(address, { idleMs: 2 * long.idleMs })
    })
    const seen = new Set(unique(pages))
    const missed = staying.filter((address) => !seen.has(address))
    same(missed.length, 0, 'how many were missed')
  }),

  'goes on from a cursor as often as it is asked': transferring(async (bench) => {
    const { transfer, store } = bench
    const addresses = await together(20, () => stored(store))
    const first = await transfer.scan(undefined, 5)
    const before = first.sessions.map(({ address }) => address)
    for (const round of ['once', 'again']) {
      const rest = first.next === undefined ? [] : unique(await scan(bench, 5, undefined, first.next))
      sameMembers([...new Set([...before, ...rest])], addresses, `addresses, continued ${round}`)
    }
  }),

  'refuses a cursor that it does not know with ERR_ARGUMENT': transferring(async ({ transfer, store }) => {
    await together(5, () => stored(store))
    const strange = ['x', '', ' ', '-1', '1.5', '../../x', "' OR 1=1 --", '{}', 'null', '関所', 'f'.repeat(1000), '\0']
    for (const cursor of strange) {
      const code = await codeOf(() => transfer.scan(cursor, 10))
      same(code, 'ERR_ARGUMENT', `the code of the error at the cursor ${JSON.stringify(cursor.slice(0, 40))}`)
    }
  }),

  'hands out scanned sessions that are the caller’s own': transferring(async ({ store, transfer }) => {
    const address = await stored(store, record({ payload: bytes('before') }))
    const { sessions } = await transfer.scan(undefined, 100)
    sessions.find((session) => session.address === address)?.stored.record.payload.fill(0)
    same(text((await found(store.read(address))).record.payload), 'before', 'payload')
  }),

  'estimates about how many sessions there are': transferring(async ({ store, transfer }) => {
    await together(60, () => stored(store))
    between(await transfer.estimate(), 30, 120, 'estimate for 60 sessions')
  }),
}

async function codeOf(call: () => Awaitable<unknown>): Promise<unknown> {
  try {
    await call()
    return 'none'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}
