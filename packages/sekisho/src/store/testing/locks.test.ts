import { test } from 'node:test'
import { catches, leases } from '../../../test/faulty-store.ts'
import type { MemoryStore } from '../memory.ts'

test('catches a lock that is given to everybody', async () => {
  await catches('gives a free lock to whoever asks first, and to nobody else', (store) => ({
    locks: leases(store, { acquire: () => true }),
  }))
})

test('catches a lock that refuses its own owner', async () => {
  await catches('gives a lock to its owner again and starts the lease anew', (store) => ({
    locks: leases(store, {
      acquire: (address, owner, leaseMs) =>
        !store.locks.renew(address, owner, leaseMs) && store.locks.acquire(address, owner, leaseMs),
    }),
  }))
})

test('catches an acquire that leaves the lease of its owner as it was', async () => {
  await catches('gives a lock to its owner again and starts the lease anew', (store) => {
    const owners = new Map<string, string>()
    return {
      locks: leases(store, {
        acquire(address, owner, leaseMs) {
          if (owners.get(address) === owner) return true
          const isOurs = store.locks.acquire(address, owner, leaseMs)
          if (isOurs) owners.set(address, owner)
          return isOurs
        },
      }),
    }
  })
})

test('catches a renewal that says yes and does nothing', async () => {
  await catches('starts the lease anew by a renewal', (store) => ({
    locks: leases(store, { renew: (address, owner) => holds(store, address, owner) }),
  }))
})

test('catches a renewal that only ever prolongs', async () => {
  await catches('ends a lease early that was renewed for a shorter time', (store) => ({
    locks: leases(store, {
      renew: (address, owner, leaseMs) => store.locks.renew(address, owner, Math.max(leaseMs, 60_000)),
    }),
  }))
})

test('catches a lease that never runs out', async () => {
  await catches('gives a lock to the next when its lease has run out, not before', (store) => ({
    locks: leases(store, { acquire: (address, owner) => store.locks.acquire(address, owner, 1e9) }),
  }))
})

test('catches a lease that runs out early', async () => {
  await catches('gives a lock to the next when its lease has run out, not before', (store) => ({
    locks: leases(store, { acquire: (address, owner, leaseMs) => store.locks.acquire(address, owner, leaseMs / 8) }),
  }))
})

test('catches a renewal that takes a lock whose lease has run out', async () => {
  const failed = await catches('renews no lease that has run out, even when nobody else asked', (store) => ({
    locks: leases(store, { renew: (...given) => store.locks.acquire(...given) }),
  }))
  if (!failed.includes('changes nothing by a renewal of a free lock')) throw new Error('a free lock was renewed')
})

test("catches an acquire that prolongs somebody else's lease", async () => {
  const owners = new Map<string, string>()
  await catches("changes nothing about somebody else's lease by acquire and renew", (store) => ({
    locks: leases(store, {
      acquire(address, owner, leaseMs) {
        const isOurs = store.locks.acquire(address, owner, leaseMs)
        if (isOurs) owners.set(address, owner)
        else store.locks.renew(address, owners.get(address) ?? '', leaseMs)
        return isOurs
      },
    }),
  }))
})

test('catches a release that does nothing', async () => {
  await catches('gives a released lock to the next at once', (store) => ({
    locks: leases(store, { release: () => undefined }),
  }))
})

test("catches a release that gives back somebody else's lock", async () => {
  const owners = new Map<string, string>()
  const failed = await catches("leaves somebody else's lock where it is in a release", (store) => ({
    locks: leases(store, {
      acquire(address, owner, leaseMs) {
        const isOurs = store.locks.acquire(address, owner, leaseMs)
        if (isOurs) owners.set(address, owner)
        return isOurs
      },
      release: (address) => store.locks.release(address, owners.get(address) ?? ''),
    }),
  }))
  const late = 'leaves the lock of the next where it is when the one before releases late'
  if (!failed.includes(late)) throw new Error('a late release was not found out')
})

test('catches a lock that is looked at first and taken later', async () => {
  await catches('gives a lock to exactly one of fifty who ask at once, and again when it was released', (store) => ({
    locks: leases(store, {
      async acquire(address, owner, leaseMs) {
        const isFree = !isHeld(store, address)
        await undefined
        return isFree || store.locks.acquire(address, owner, leaseMs)
      },
    }),
  }))
})

test('catches one lock for all sessions', async () => {
  await catches('keeps the locks of different sessions apart', (store) => ({
    locks: leases(store, {
      acquire: (_, owner, leaseMs) => store.locks.acquire('', owner, leaseMs),
      renew: (_, owner, leaseMs) => store.locks.renew('', owner, leaseMs),
      release: (_, owner) => store.locks.release('', owner),
    }),
  }))
})

test('catches locks that are told apart by a part of the address', async () => {
  const near = (address: string): string => address.slice(0, 32)
  await catches('keeps the locks of different sessions apart', (store) => ({
    locks: leases(store, {
      acquire: (address, owner, leaseMs) => store.locks.acquire(near(address), owner, leaseMs),
      renew: (address, owner, leaseMs) => store.locks.renew(near(address), owner, leaseMs),
      release: (address, owner) => store.locks.release(near(address), owner),
    }),
  }))
})

test('catches a lock that needs a record', async () => {
  await catches('needs no record for a lock, and makes none', (store) => ({
    locks: leases(store, {
      acquire: (address, ...given) => store.read(address) !== undefined && store.locks.acquire(address, ...given),
    }),
  }))
})

test('catches a lock that keeps others from the record', async () => {
  await catches('hinders no verb by a lock, and no lock by a verb', (store) => ({
    locks: leases(store, {}),
    replace: (address, ...given) => (isHeld(store, address) ? 'conflict' : store.replace(address, ...given)),
  }))
})

test('catches a lock that goes with the record', async () => {
  const owners = new Map<string, string>()
  await catches('hinders no verb by a lock, and no lock by a verb', (store) => ({
    locks: leases(store, {
      acquire(address, owner, leaseMs) {
        const isOurs = store.locks.acquire(address, owner, leaseMs)
        if (isOurs) owners.set(address, owner)
        return isOurs
      },
    }),
    delete(address, version) {
      store.locks.release(address, owners.get(address) ?? '')
      return store.delete(address, version)
    },
  }))
})

test('catches a sweep that counts leases', async () => {
  await catches('sweeps no lock that is held, and counts none', (store) => ({
    locks: leases(store, {}),
    sweep: (limit) => store.sweep(limit) + 1,
  }))
})

test('catches locks that do not tell upper from lower case', async () => {
  await catches('hinders no owner by locks of what is no address', (store) => ({
    locks: leases(store, { release: (address, owner) => store.locks.release(address.toLowerCase(), owner) }),
  }))
})

function holds(store: MemoryStore, address: string, owner: string): boolean {
  return isHeld(store, address) && store.locks.acquire(address, owner, 0)
}

/** Whether somebody has the lock; a stranger's attempt with a lease of nothing leaves no trace. */
function isHeld(store: MemoryStore, address: string): boolean {
  return !store.locks.acquire(address, 'stranger', 0)
}
