import type { Awaitable, PrincipalIndex } from '../contract.ts'
import type { Bench, StoreCases } from './bench.ts'
import { check, same, sameList, sameMembers, together } from './check.ts'
import { long, newAddress, record } from './samples.ts'

const { absoluteMs } = long

/** Names that a collation, a path, a pattern, a separator or a prototype could mix up. */
const strangePrincipals: readonly string[] = [
  'alice',
  'Alice',
  'alice ',
  ' alice',
  'alic\u00e9',
  'alice\u0301',
  'a lice',
  'alice\n',
  'ali%',
  'ali*',
  'ali_e',
  '.',
  '..',
  '/',
  'a/b',
  'a\\b',
  '../../x',
  'a:b',
  'a|b',
  'con',
  '%2e',
  '-rf',
  'https://id.example/users/1?a=b#c',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'length',
  '0',
  '00',
  '関所の番人',
  '\u{1F375}',
  "O'Neil; --",
  '"',
  '{}',
  'x'.repeat(255),
  `${'x'.repeat(254)}y`,
  '関'.repeat(255),
]

/** The index of sessions by principal, for the stores that keep one. */
export const principalCases: StoreCases = {
  'starts every epoch at 0': indexed(async (index) => {
    same(await index.epoch('alice'), 0, 'epoch')
    await index.add('alice', newAddress(), absoluteMs)
    same(await index.epoch('alice'), 0, 'epoch of a principal with a session')
  }),

  'raises an epoch by one and answers the new one': indexed(async (index) => {
    same(await index.raiseEpoch('alice'), 1, 'raiseEpoch')
    same(await index.raiseEpoch('alice'), 2, 'raiseEpoch')
    same(await index.epoch('alice'), 2, 'epoch')
    same(await index.epoch('bob'), 0, 'epoch of another principal')
  }),

  'gives each of fifty concurrent raises an epoch of its own': indexed(async (index, { handle }) => {
    const raised = await together(50, (turn) => handle(turn).principals?.raiseEpoch('alice') ?? -1)
    const expected = Array.from({ length: 50 }, (_, at) => at + 1)
    sameList(
      raised.toSorted((a, b) => a - b),
      expected,
      'the answers of 50 raises',
    )
    same(await index.epoch('alice'), 50, 'epoch')
  }),

  'keeps an epoch when the sessions are gone': indexed(async (index, { short, outliveSwept }) => {
    await index.raiseEpoch('alice')
    const address = newAddress()
    await index.add('alice', address, absoluteMs)
    await index.remove('alice', address)
    same(await index.epoch('alice'), 1, 'epoch after the last session was removed')
    await index.add('alice', newAddress(), short)
    await outliveSwept()
    await index.list('alice')
    await index.add('bob', newAddress(), absoluteMs)
    same(await index.epoch('alice'), 1, 'epoch after the last session has expired')
  }),

  'lists the sessions of one principal and of no other': indexed(async (index) => {
    const [first, second, other] = [newAddress(), newAddress(), newAddress()]
    await index.add('alice', first, absoluteMs)
    await index.add('alice', second, absoluteMs)
    await index.add('bob', other, absoluteMs)
    sameMembers(await index.list('alice'), [first, second], 'list')
    sameMembers(await index.list('bob'), [other], 'list of another principal')
    sameMembers(await index.list('carol'), [], 'list of an unknown principal')
  }),

  'lists a session once that was added twice': indexed(async (index) => {
    const address = newAddress()
    await together(10, () => index.add('alice', address, absoluteMs))
    sameMembers(await index.list('alice'), [address], 'list')
  }),

  'removes a session from the list of one principal only': indexed(async (index) => {
    const [kept, removed] = [newAddress(), newAddress()]
    for (const address of [kept, removed]) await index.add('alice', address, absoluteMs)
    await index.add('bob', removed, absoluteMs)
    await index.remove('alice', removed)
    sameMembers(await index.list('alice'), [kept], 'list')
    sameMembers(await index.list('bob'), [removed], 'list of another principal')
  }),

  'takes the removal of an unknown session for done': indexed(async (index) => {
    await index.remove('nobody', newAddress())
    const address = newAddress()
    await index.add('alice', address, absoluteMs)
    await index.remove('alice', newAddress())
    sameMembers(await index.list('alice'), [address], 'list')
    sameMembers(await index.list('nobody'), [], 'list of an unknown principal')
  }),

  'lists a session again that was removed and added': indexed(async (index) => {
    const address = newAddress()
    await index.add('alice', address, absoluteMs)
    await index.remove('alice', address)
    sameMembers(await index.list('alice'), [], 'list after the removal')
    await index.add('alice', address, absoluteMs)
    sameMembers(await index.list('alice'), [address], 'list')
  }),

  'needs no record for an entry and keeps it when the record goes': indexed(async (index, { store }) => {
    const address = newAddress()
    await index.add('alice', address, absoluteMs)
    sameMembers(await index.list('alice'), [address], 'list before the record was made')
    await store.create(address, record({ principal: 'alice' }), long)
    await store.sweep(100)
    sameMembers(await index.list('alice'), [address], 'list while the record lives')
    await store.delete(address)
    await index.remove('alice', address)
    sameMembers(await index.list('alice'), [], 'list')
  }),

  'never misses a session while others come and go': indexed(async (index, { handle }) => {
    const [kept, added, removed] = [newAddress(), addresses(20), addresses(20)]
    for (const address of [kept, ...removed]) await index.add('alice', address, absoluteMs)
    await together(60, async (turn) => {
      const own = handle(turn).principals ?? index
      const at = Math.floor(turn / 3)
      if (turn % 3 === 0) return own.add('alice', added[at] ?? '', absoluteMs)
      if (turn % 3 === 1) return own.remove('alice', removed[at] ?? '')
      check(
        (await own.list('alice')).includes(kept),
        'a list taken meanwhile lacks a session that was there throughout',
      )
    })
    sameMembers(await index.list('alice'), [kept, ...added], 'list')
  }),

  'never misses a session of a principal that appears and disappears': indexed(async (index, { handle }) => {
    for (let round = 0; round < 10; round += 1) {
      const [last, first] = [newAddress(), newAddress()]
      await index.add('alice', last, absoluteMs)
      const remove = async (): Promise<void> => handle(round).principals?.remove('alice', last)
      const add = async (): Promise<void> => handle(round + 1).principals?.add('alice', first, absoluteMs)
      await Promise.all([remove(), add()])
      sameMembers(await index.list('alice'), [first], 'list')
      await index.remove('alice', first)
    }
  }),

  'lists a session at least until its entry expires': indexed(async (index, { short, slack, wait }) => {
    const address = newAddress()
    await index.add('alice', address, short)
    await wait(slack)
    sameMembers(await index.list('alice'), [address], 'list')
  }),

  'moves the expiry of an entry that is added again': indexed(async (index, { short, outliveSwept }) => {
    const [again, once] = [newAddress(), newAddress()]
    await index.add('alice', again, short)
    await index.add('alice', again, absoluteMs)
    await outliveSwept()
    await index.add('alice', once, absoluteMs)
    sameMembers(await index.list('alice'), [again, once], 'list')
  }),

  'hands out lists of which the index feels no change': indexed(async (index) => {
    const address = newAddress()
    await index.add('alice', address, absoluteMs)
    const list = await index.list('alice')
    if (Array.isArray(list) && !Object.isFrozen(list)) list.splice(0, 1, 'spoilt')
    sameMembers(await index.list('alice'), [address], 'list')
  }),

  'tells principals apart that look alike, whatever they are made of': indexed(async (index) => {
    const own = strangePrincipals.map(() => newAddress())
    for (const [at, principal] of strangePrincipals.entries()) await index.add(principal, own[at] ?? '', absoluteMs)
    for (const [at, principal] of strangePrincipals.entries()) {
      const name = JSON.stringify(principal.slice(0, 40))
      same(await index.epoch(principal), 0, `epoch of ${name}`)
      same(await index.raiseEpoch(principal), 1, `raiseEpoch of ${name}`)
      sameMembers(await index.list(principal), [own[at] ?? ''], `list of ${name}`)
    }
    for (const [at, principal] of strangePrincipals.entries()) await index.remove(principal, own[at] ?? '')
    for (const principal of strangePrincipals) sameMembers(await index.list(principal), [], 'list after the removal')
  }),
}

function indexed(run: (index: PrincipalIndex, bench: Bench) => Awaitable<void>): (bench: Bench) => Promise<void> {
  return async (bench) => {
    if (bench.principals !== undefined) await run(bench.principals, bench)
  }
}

function addresses(many: number): string[] {
  return Array.from({ length: many }, newAddress)
}
