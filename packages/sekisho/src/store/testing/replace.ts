import type { SessionStore } from '../contract.ts'
import type { StoreCases } from './bench.ts'
import { absent, between, count, found, same, sameRecord, together } from './check.ts'
import { bytes, fullRecord, long, newAddress, newWriteId, next, record, stored, text } from './samples.ts'

/** `replace` compares the version and swaps the record, once. */
export const replaceCases: StoreCases = {
  async 'counts one version for each replace'({ store }) {
    const address = await stored(store)
    for (let version = 1; version <= 5; version += 1) {
      same(await store.replace(address, record(), version, long, newWriteId()), 'replaced', 'replace')
      same((await found(store.read(address))).version, version + 1, 'version')
    }
  },

  async 'refuses an older version with conflict and changes nothing'({ store }) {
    const address = await stored(store)
    const kept = fullRecord()
    await store.replace(address, kept, 1, long, newWriteId())
    await refuses(store, address, 1)
    sameRecord((await found(store.read(address))).record, kept)
  },

  async 'refuses a version that is yet to come with conflict'({ store }) {
    const address = await stored(store)
    await refuses(store, address, 2)
    await refuses(store, address, 0)
  },

  async 'never creates by a replace'({ store }) {
    const address = newAddress()
    for (const version of [0, 1]) {
      same(await store.replace(address, record(), version, long, newWriteId()), 'gone', 'replace')
    }
    await absent(store.read(address))
  },

  async 'never brings a deleted record back by a replace'({ store }) {
    const address = await stored(store)
    await store.delete(address)
    same(await store.replace(address, record(), 1, long, newWriteId()), 'gone', 'replace')
    await absent(store.read(address))
  },

  async 'answers replaced to a repeated replace without writing again'({ store }) {
    const first = record()
    const address = await stored(store, first)
    const writeId = newWriteId()
    const second = next(first, writeId, 'second')
    for (const attempt of ['the replace', 'the repeated replace', 'the replace repeated once more']) {
      same(await store.replace(address, second, 1, long, writeId), 'replaced', attempt)
    }
    const read = await found(store.read(address))
    sameRecord(read.record, second)
    same(read.version, 2, 'version')
  },

  async 'knows a repeated replace after three further writes and undoes none of them'({ store }) {
    const { address, resend, last } = await writtenAfter(store, 3)
    same(await resend(), 'replaced', 'the repeated replace')
    const read = await found(store.read(address))
    same(text(read.record.payload), last, 'payload')
    same(read.version, 5, 'version')
  },

  async 'answers conflict to a repeated replace after four further writes'({ store }) {
    const { address, resend, last } = await writtenAfter(store, 4)
    same(await resend(), 'conflict', 'the late repeated replace')
    same(text((await found(store.read(address))).record.payload), last, 'payload')
  },

  async 'answers gone to a repeated replace of a record that was deleted since'({ store }) {
    const { address, resend } = await writtenAfter(store, 1)
    await store.delete(address)
    same(await resend(), 'gone', 'the repeated replace')
    await absent(store.read(address))
  },

  async 'lets exactly one of fifty concurrent replaces of one version win'({ store, handle }) {
    const address = await stored(store)
    const answers = await together(50, (turn) =>
      handle(turn).replace(address, record({ payload: bytes(`writer ${turn}`) }), 1, long, newWriteId()),
    )
    count(answers, 'replaced', 1)
    count(answers, 'conflict', 49)
    const read = await found(store.read(address))
    same(text(read.record.payload), `writer ${answers.indexOf('replaced')}`, 'payload')
    same(read.version, 2, 'version')
  },

  async 'applies a replace once that is repeated before it was answered'({ store, handle }) {
    const first = record()
    const address = await stored(store, first)
    const writeId = newWriteId()
    const second = next(first, writeId, 'second')
    count(await together(10, (turn) => handle(turn).replace(address, second, 1, long, writeId)), 'replaced', 10)
    same((await found(store.read(address))).version, 2, 'version')
  },

  async 'loses no increment of writers who read and try again'({ store, handle }) {
    const address = await stored(store, record({ payload: bytes('0') }))
    await together(8, async (turn) => {
      for (let done = 0; done < 3; done += 1) await increment(handle(turn), address)
    })
    const read = await found(store.read(address))
    same(text(read.record.payload), '24', 'payload')
    same(read.version, 25, 'version')
  },

  async 'shows readers whole records only while writers replace them'({ store, handle }) {
    const address = await stored(store, record({ device: '0', payload: bytes('0'.repeat(20_000)) }))
    const writing = together(1, async () => {
      for (let version = 1; version <= 9; version += 1) {
        const replacement = record({ device: `${version}`, payload: bytes(`${version}`.repeat(20_000)) })
        await store.replace(address, replacement, version, long, newWriteId())
      }
    })
    await together(30, async (turn) => {
      const read = await found(handle(turn).read(address))
      same(text(read.record.payload), `${read.version - 1}`.repeat(20_000), 'payload')
      same(read.record.device, `${read.version - 1}`, 'device')
    })
    await writing
  },

  async 'lets a replace move the idle deadline forward, never back'({ store, slack }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    await store.replace(address, record(), 1, { idleMs: 1000 }, newWriteId())
    const unmoved = await found(store.read(address))
    same(unmoved.idleDeadline, before.idleDeadline, 'idleDeadline after a shorter lifetime')
    await store.replace(address, record(), 2, { idleMs: 2 * long.idleMs }, newWriteId())
    const after = await found(store.read(address))
    const expected = [before.now + 2 * long.idleMs - slack, after.now + 2 * long.idleMs + slack] as const
    between(after.idleDeadline, ...expected, 'idleDeadline after a longer lifetime')
  },

  async 'keeps the absolute deadline in a replace that names none'({ store, slack, wait }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    await wait(2 * slack)
    await store.replace(address, record(), 1, { idleMs: 2 * long.absoluteMs }, newWriteId())
    same((await found(store.read(address))).absoluteDeadline, before.absoluteDeadline, 'absoluteDeadline')
  },

  async 'restarts the absolute deadline in a replace that names one, longer or shorter'({ store, slack }) {
    const address = await stored(store)
    let version = 0
    for (const absoluteMs of [2 * long.absoluteMs, long.absoluteMs / 2]) {
      const before = await found(store.read(address))
      version += 1
      await store.replace(address, record(), version, { idleMs: 1000, absoluteMs }, newWriteId())
      const after = await found(store.read(address))
      const expected = [before.now + absoluteMs - slack, after.now + absoluteMs + slack] as const
      between(after.absoluteDeadline, ...expected, 'absoluteDeadline')
    }
  },

  async 'moves no deadline by a replace that is refused'({ store }) {
    const address = await stored(store)
    const before = await found(store.read(address))
    const longer = { idleMs: 2 * long.idleMs, absoluteMs: 2 * long.absoluteMs }
    same(await store.replace(address, record(), 7, longer, newWriteId()), 'conflict', 'replace')
    const after = await found(store.read(address))
    same(after.idleDeadline, before.idleDeadline, 'idleDeadline')
    same(after.absoluteDeadline, before.absoluteDeadline, 'absoluteDeadline')
  },
}

async function refuses(store: SessionStore, address: string, version: number): Promise<void> {
  const before = await found(store.read(address))
  const answer = await store.replace(address, record(), version, long, newWriteId())
  same(answer, 'conflict', `replace of version ${version} where ${before.version} is stored`)
  const after = await found(store.read(address))
  sameRecord(after.record, before.record)
  same(after.version, before.version, 'version')
}

/** One write that can be sent again, and so many writes of others after it. */
async function writtenAfter(
  store: SessionStore,
  others: number,
): Promise<{ address: string; last: string; resend: () => Promise<string> }> {
  const first = record()
  const address = await stored(store, first)
  const writeId = newWriteId()
  const mine = next(first, writeId, 'mine')
  const resend = async (): Promise<string> => store.replace(address, mine, 1, long, writeId)
  same(await resend(), 'replaced', 'replace')
  let last = mine
  for (let other = 1; other <= others; other += 1) {
    const id = newWriteId()
    last = next(last, id, `other ${other}`)
    same(await store.replace(address, last, other + 1, long, id), 'replaced', 'replace')
  }
  return { address, resend, last: text(last.payload) }
}

async function increment(store: SessionStore, address: string): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const before = await found(store.read(address))
    const writeId = newWriteId()
    const after = next(before.record, writeId, `${Number(text(before.record.payload)) + 1}`)
    const answer = await store.replace(address, after, before.version, long, writeId)
    if (answer === 'replaced') return
    same(answer, 'conflict', 'a replace that lost')
  }
  throw new Error('a writer lost 1,000 times in a row')
}
