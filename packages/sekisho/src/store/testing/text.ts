import type { SessionRecord } from '../contract.ts'
import type { Bench, StoreCases } from './bench.ts'
import { found, same, sameRecord } from './check.ts'
import { fullRecord, long, newAddress, newWriteId, record } from './samples.ts'

/** One character of each length that UTF-8 has, a byte order mark first. */
const text = '\ufeff{"tea":"煎茶 ¥ 🍵"}'
const none = new Uint8Array()
const octets = new TextEncoder().encode(text)

/** Payloads as text, for stores that take them. */
export const textCases: StoreCases = {
  'gives what came as text as octets': textual(async ({ store }) => {
    const address = newAddress()
    const given = fullRecord()
    same(await store.create(address, asText(given), long), 'created', 'create')
    sameRecord((await found(store.read(address))).record, { ...given, payload: octets })
  }),

  'lends text where text came, and gives octets of their own to others': textual(async ({ store }) => {
    const address = newAddress()
    await store.create(address, record(), long)
    const given = asText(record())
    same(await store.replace(address, given, 1, long, newWriteId()), 'replaced', 'replace')
    const lent = await found(store.read(address, true))
    same(lent.record.text, text, 'text')
    same(lent.record.payload.length, 0, 'octets beside the text')
    const owned = await found(store.read(address))
    same('text' in owned.record, false, 'text beside the octets')
    owned.record.payload.fill(0)
    same((await found(store.read(address, true))).record.text, text, 'text')
  }),

  'lends octets that are no text as octets': textual(async ({ store }) => {
    const address = newAddress()
    const payload = Uint8Array.from({ length: 256 }, (_, octet) => octet)
    await store.create(address, record({ payload }), long)
    const lent = await found(store.read(address, true))
    same(lent.record.text, undefined, 'text')
    sameRecord(lent.record, { ...lent.record, payload })
  }),
}

function textual(run: (bench: Bench) => Promise<void>): (bench: Bench) => Promise<void> {
  return async (bench) => {
    if (bench.store.textual === true) await run(bench)
  }
}

function asText(given: SessionRecord): SessionRecord {
  return { ...given, payload: none, text }
}
