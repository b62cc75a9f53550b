import type { Awaitable, LeaseLock } from '../contract.ts'
import { malformed } from './addresses.ts'
import type { Bench, StoreCases } from './bench.ts'
import { absent, attempt, check, found, same, sameRecord, together } from './check.ts'
import { fullRecord, long, newAddress, newWriteId, record, stored } from './samples.ts'

/** A lease that no test outlives. */
const lasting = 60_000

/** What one case about locks works with. */
interface LockBench extends Bench {
  readonly locks: LeaseLock
  /** A record's address that no other test uses; there is no record. */
  readonly address: string
}

/** Exclusive use of single sessions, for the stores that keep locks. */
export const lockCases: StoreCases = {
  'gives a free lock to whoever asks first, and to nobody else': locking(async ({ locks, address }) => {
    same(await locks.acquire(address, newWriteId(), lasting), true, 'acquire of a free lock')
    same(await locks.acquire(address, newWriteId(), lasting), false, 'acquire by somebody else')
  }),

  'gives a lock to its owner again and starts the lease anew': locking(async (bench) => {
    const { locks, address, short, outlive } = bench
    const owner = newWriteId()
    same(await locks.acquire(address, owner, short), true, 'acquire')
    same(await locks.acquire(address, owner, lasting), true, "the owner's own acquire")
    await outlive()
    await heldBy(bench, owner)
  }),

  'starts the lease anew by a renewal': locking(async (bench) => {
    const { locks, address, short, outlive } = bench
    const owner = newWriteId()
    await locks.acquire(address, owner, short)
    same(await locks.renew(address, owner, lasting), true, 'renew')
    await outlive()
    await heldBy(bench, owner)
  }),

  'ends a lease early that was renewed for a shorter time': locking(async ({ locks, address, short, outlive }) => {
    const owner = newWriteId()
    await locks.acquire(address, owner, lasting)
    same(await locks.renew(address, owner, short), true, 'renew')
    await outlive()
    same(await locks.acquire(address, newWriteId(), lasting), true, 'acquire after the shorter lease')
  }),

  'gives a lock to the next when its lease has run out, not before': locking(async (bench) => {
    const { locks, address, short, slack, wait, outlive } = bench
    const [late, next] = [newWriteId(), newWriteId()]
    await locks.acquire(address, late, short)
    await wait(slack)
    same(await locks.acquire(address, next, lasting), false, 'acquire within the lease')
    await outlive()
    same(await locks.acquire(address, next, lasting), true, 'acquire after the lease')
    await heldBy(bench, next)
    await refusedTo(bench, late)
  }),

  'renews no lease that has run out, even when nobody else asked': locking(async (bench) => {
    const { locks, address, short, outlive } = bench
    const [late, next] = [newWriteId(), newWriteId()]
    await locks.acquire(address, late, short)
    await outlive()
    same(await locks.renew(address, late, lasting), false, 'renew after the lease')
    same(await locks.acquire(address, next, lasting), true, 'acquire by somebody else')
  }),

  'lets an owner whose lease has run out take the lock again': locking(async (bench) => {
    const { locks, address, short, outlive } = bench
    const owner = newWriteId()
    await locks.acquire(address, owner, short)
    await outlive()
    same(await locks.acquire(address, owner, lasting), true, 'acquire after the lease')
    await heldBy(bench, owner)
  }),

  'changes nothing by a renewal of a free lock': locking(async ({ locks, address }) => {
    same(await locks.renew(address, newWriteId(), lasting), false, 'renew of a free lock')
    same(await locks.acquire(address, newWriteId(), lasting), true, 'acquire')
  }),

  "changes nothing about somebody else's lease by acquire and renew": locking(async (bench) => {
    const { locks, address, short, outlive } = bench
    const [owner, other] = [newWriteId(), newWriteId()]
    await locks.acquire(address, owner, short)
    same(await locks.acquire(address, other, lasting), false, 'acquire by somebody else')
    same(await locks.renew(address, other, lasting), false, 'renew by somebody else')
    await outlive()
    same(await locks.acquire(address, newWriteId(), lasting), true, 'acquire after the lease of the owner')
  }),

  'gives a released lock to the next at once': locking(async (bench) => {
    const { locks, address } = bench
    const [before, next] = [newWriteId(), newWriteId()]
    await locks.acquire(address, before, lasting)
    await locks.release(address, before)
    same(await locks.renew(address, before, lasting), false, 'renew of a released lock')
    same(await locks.acquire(address, next, lasting), true, 'acquire')
    await refusedTo(bench, before)
  }),

  "leaves somebody else's lock where it is in a release": locking(async (bench) => {
    const { locks, address } = bench
    const owner = newWriteId()
    await locks.release(address, owner)
    await locks.acquire(address, owner, lasting)
    await locks.release(address, newWriteId())
    await heldBy(bench, owner)
  }),

  'leaves the lock of the next where it is when the one before releases late': locking(async (bench) => {
    const { locks, address, short, outlive } = bench
    const [late, next] = [newWriteId(), newWriteId()]
    await locks.acquire(address, late, short)
    await outlive()
    await locks.acquire(address, next, lasting)
    await locks.release(address, late)
    await heldBy(bench, next)
  }),

  'gives a lock to exactly one of fifty who ask at once, and again when it was released': locking(async (bench) => {
    for (const round of ['the free lock', 'the released lock', 'the lock released again']) {
      const winner = await onlyWinner(bench, round)
      await bench.locks.release(bench.address, winner)
    }
  }),

  'gives a lock whose lease has run out to exactly one of fifty who ask at once': locking(async (bench) => {
    const { locks, address, short, outlive } = bench
    for (const round of ['once', 'again']) {
      await locks.acquire(address, newWriteId(), short)
      await outlive()
      const winner = await onlyWinner(bench, `the lock that has run out ${round}`)
      await heldBy(bench, winner)
      await locks.release(address, winner)
    }
  }),

  'lets nobody in while another is inside': locking(async (bench) => {
    let [inside, entered] = [0, 0]
    await together(6, async (turn) => {
      const [locks, owner] = [locksOf(bench, turn), newWriteId()]
      for (let visit = 0; visit < 3; visit += 1) {
        await until(bench, () => locks.acquire(bench.address, owner, lasting))
        entered += 1
        inside += 1
        await bench.wait(1)
        same(inside, 1, 'how many are inside')
        inside -= 1
        await locks.release(bench.address, owner)
      }
    })
    same(entered, 18, 'how often somebody was inside')
  }),

  'keeps the locks of different sessions apart': locking(async ({ locks, address }) => {
    const near = address.slice(0, 63) + (address.endsWith('0') ? '1' : '0')
    const [one, other] = [newWriteId(), newWriteId()]
    same(await locks.acquire(address, one, lasting), true, 'acquire')
    same(await locks.acquire(near, other, lasting), true, 'acquire of another lock')
    same(await locks.renew(near, one, lasting), false, "renew of another's lock")
    await locks.release(near, one)
    same(await locks.renew(near, other, lasting), true, 'renew of the other lock')
    await locks.release(address, one)
    same(await locks.renew(near, other, lasting), true, 'renew of the other lock after a release')
  }),

  'lets one owner have several locks': locking(async ({ locks, address }) => {
    const [owner, second] = [newWriteId(), newAddress()]
    same(await locks.acquire(address, owner, lasting), true, 'acquire')
    same(await locks.acquire(second, owner, lasting), true, 'acquire of a second lock')
    await locks.release(second, owner)
    same(await locks.renew(address, owner, lasting), true, 'renew of the first')
  }),

  'needs no record for a lock, and makes none': locking(async (bench) => {
    const { store, locks, address } = bench
    const owner = newWriteId()
    same(await locks.acquire(address, owner, lasting), true, 'acquire')
    await absent(store.read(address))
    same(await store.touch(address, long), 'gone', 'touch')
    await heldBy(bench, owner)
  }),

  'hinders no verb by a lock, and no lock by a verb': locking(async (bench) => {
    const { store, locks, address } = bench
    const owner = newWriteId()
    await locks.acquire(address, owner, lasting)
    const given = fullRecord()
    same(await store.create(address, given, long), 'created', 'create')
    sameRecord((await found(store.read(address))).record, given)
    same(await store.replace(address, record(), 1, long, newWriteId()), 'replaced', 'replace')
    same(await store.touch(address, long), 'touched', 'touch')
    await heldBy(bench, owner)
    same(await store.delete(address), 'deleted', 'delete')
    await heldBy(bench, owner)
  }),

  'leaves the record alone when a lock comes and goes': locking(async ({ store, locks, short, outlive }) => {
    const given = fullRecord()
    const [address, owner] = [await stored(store, given), newWriteId()]
    const before = await found(store.read(address))
    await locks.acquire(address, owner, short)
    await locks.renew(address, owner, short)
    await outlive()
    await locks.acquire(address, owner, short)
    await locks.release(address, owner)
    const after = await found(store.read(address))
    sameRecord(after.record, given)
    same(after.version, 1, 'version')
    same(after.idleDeadline, before.idleDeadline, 'idleDeadline')
    same(after.absoluteDeadline, before.absoluteDeadline, 'absoluteDeadline')
  }),

  'sweeps no lock that is held, and counts none': locking(async (bench) => {
    const { store, locks, short, outliveSwept } = bench
    const owner = newWriteId()
    await locks.acquire(newAddress(), newWriteId(), short)
    await locks.acquire(bench.address, owner, lasting)
    await outliveSwept()
    same(await store.sweep(100), 0, 'sweep')
    await heldBy(bench, owner)
  }),

  'hinders no owner by locks of what is no address': locking(async (bench) => {
    const { locks, address } = bench
    const [owner, other] = [newWriteId(), newWriteId()]
    await locks.acquire(address, owner, lasting)
    for (const strange of malformed(address)) {
      await attempt(() => locks.acquire(strange, other, lasting))
      await attempt(() => locks.renew(strange, other, lasting))
      await attempt(() => locks.release(strange, owner))
    }
    await heldBy(bench, owner)
    await locks.release(address, owner)
    same(await locks.acquire(address, newWriteId(), lasting), true, 'acquire')
  }),
}

function locking(run: (bench: LockBench) => Awaitable<void>): (bench: Bench) => Promise<void> {
  return async (bench) => {
    const { locks } = bench.store
    if (locks !== undefined) await run({ ...bench, locks, address: newAddress() })
  }
}

/** Fails unless the lock is this owner's. */
async function heldBy({ locks, address }: LockBench, owner: string): Promise<void> {
  same(await locks.acquire(address, newWriteId(), lasting), false, 'acquire by somebody else')
  same(await locks.renew(address, owner, lasting), true, 'renew by the owner')
}

/** Fails unless the lock is no longer this owner's, and stays the other's. */
async function refusedTo({ locks, address }: LockBench, owner: string): Promise<void> {
  same(await locks.renew(address, owner, lasting), false, 'renew by the owner before')
  same(await locks.acquire(address, owner, lasting), false, 'acquire by the owner before')
}

/** Fails unless one of fifty gets the lock. @returns Who. */
async function onlyWinner(bench: LockBench, what: string): Promise<string> {
  const owners = Array.from({ length: 50 }, newWriteId)
  const answers = await together(50, (turn) => {
    return locksOf(bench, turn).acquire(bench.address, owners[turn] ?? '', lasting)
  })
  const winners = owners.filter((_, turn) => answers[turn] === true)
  same(winners.length, 1, `how many of 50 got ${what}`)
  return winners[0] ?? ''
}

function locksOf(bench: LockBench, turn: number): LeaseLock {
  const { locks } = bench.handle(turn)
  check(locks !== undefined, 'a second handle has `locks` where the first has them')
  return locks
}

async function until({ wait }: Bench, isDone: () => Awaitable<boolean>): Promise<void> {
  for (let attempts = 0; !(await isDone()); attempts += 1) {
    check(attempts < 5000, 'a lock that others release could not be had in 5,000 attempts')
    await wait(1)
  }
}
