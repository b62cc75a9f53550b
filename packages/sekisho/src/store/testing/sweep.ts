import type { NewLifetime } from '../contract.ts'
import type { Bench, StoreCases } from './bench.ts'
import { absent, between, check, found, same, together } from './check.ts'
import { long, newAddress, newWriteId, record, stored } from './samples.ts'

/**
 * `sweep` removes the dead, beside live traffic. No case leaves a hundred dead records: from there on a store may take
 * them for a clock that has jumped, and stop.
 */
export const sweepCases: StoreCases = {
  async 'sweeps nothing that lives'({ store }) {
    const addresses = await together(5, () => stored(store))
    same(await store.sweep(100), 0, 'sweep')
    for (const address of addresses) await found(store.read(address))
  },

  async 'sweeps at most as many as it was allowed and reports how many'(bench) {
    const { store } = bench
    await dead(bench, 5)
    const removed = [await store.sweep(2), await store.sweep(2), await store.sweep(2), await store.sweep(2)]
    if (store.capabilities.sweeps) same(removed.join(), '2,2,1,0', 'four sweeps of at most 2 over 5 dead records')
    for (const number of removed) between(number, 0, 2, 'sweep')
  },

  async 'sweeps the dead and spares the living among them'(bench) {
    const { store } = bench
    const living = await together(5, () => stored(store))
    const gone = await dead(bench, 5)
    living.push(await stored(store))
    const removed = await store.sweep(100)
    if (store.capabilities.sweeps) same(removed, 5, 'sweep')
    for (const address of living) await found(store.read(address))
    for (const address of gone) await absent(store.read(address))
  },

  async 'spares a session in a sweep that was used since it would have died'({ store, short, outliveSwept }) {
    const life: NewLifetime = { idleMs: short, absoluteMs: long.absoluteMs }
    const [touched, replaced, anew] = await together(3, () => stored(store, record(), life))
    check(touched !== undefined && replaced !== undefined && anew !== undefined, 'three addresses')
    await store.touch(touched, long)
    await store.replace(replaced, record(), 1, { idleMs: long.idleMs }, newWriteId())
    await outliveSwept()
    same(await store.create(anew, record(), long), 'created', 'create where a record is dead')
    same(await store.sweep(100), 0, 'sweep')
    for (const address of [touched, replaced, anew]) await found(store.read(address))
  },

  async 'makes room for a new session where it has swept'(bench) {
    const [address] = await dead(bench, 1)
    check(address !== undefined, 'one address')
    await bench.store.sweep(100)
    same(await bench.store.create(address, record(), long), 'created', 'create')
    same((await found(bench.store.read(address))).version, 1, 'version')
  },

  async 'takes nothing from writers that work beside a sweep'(bench) {
    const { store, handle } = bench
    const touched = await together(10, () => stored(store))
    const created = Array.from({ length: 10 }, newAddress)
    const reborn = await dead(bench, 10)
    await together(60, async (turn): Promise<unknown> => {
      const at = Math.floor(turn / 4) % 10
      if (turn % 4 === 0) return handle(turn / 4).sweep(3)
      if (turn % 4 === 1) return store.touch(touched[at] ?? '', long)
      return store.create((turn % 4 === 2 ? created[at] : reborn[at]) ?? '', record(), long)
    })
    for (const address of [...touched, ...created, ...reborn]) await found(store.read(address))
  },

  async 'counts each dead record once when two sweep'(bench) {
    const { store, handle } = bench
    await dead(bench, 20)
    const removed = await together(10, (turn) => handle(turn).sweep(5))
    for (const number of removed) between(number, 0, 5, 'sweep')
    const total = removed.reduce((sum, number) => sum + number, await store.sweep(100))
    if (store.capabilities.sweeps) same(total, 20, 'removed by all sweeps')
    else between(total, 0, 20, 'removed by all sweeps')
  },
}

/** Makes so many records and lets them die. @returns Their addresses. */
async function dead({ store, short, outliveSwept }: Bench, many: number): Promise<string[]> {
  const addresses = await together(many, () => stored(store, record(), { idleMs: short, absoluteMs: short }))
  await outliveSwept()
  return addresses
}
