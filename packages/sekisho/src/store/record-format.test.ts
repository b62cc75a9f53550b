import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SessionRecord } from './contract.ts'
import { decodeHead, decodeRecord, encodeRecord, fixedBytes, type Stamp } from './record-format.ts'
import { fullRecord } from './testing/samples.ts'

const stamp: Stamp = {
  version: 7,
  createdAt: 1_790_000_000_000,
  idleDeadline: 1_790_000_900_000,
  absoluteDeadline: 2e12,
}

const text = fc.string({ unit: 'binary' })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const records: fc.Arbitrary<SessionRecord> = fc.record(
  {
    generation: count,
    current: text,
    previous: fc.record(
      { verifier: text, handoff: text, until: count },
      { requiredKeys: ['verifier', 'handoff'], noNullPrototype: true },
    ),
    rotatedAt: count,
    authenticatedAt: count,
    principal: text,
    epoch: count,
    amr: fc.array(text, { maxLength: 3 }),
    device: text,
    dataVersion: count,
    writeIds: fc.array(text, { maxLength: 4 }),
    payload: fc.uint8Array({ maxLength: 300 }),
  },
  { requiredKeys: ['generation', 'current', 'dataVersion', 'writeIds', 'payload'], noNullPrototype: true },
)
const stamps: fc.Arbitrary<Stamp> = fc.record(
  {
    version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    createdAt: count,
    idleDeadline: fc.oneof(count, fc.constant(Infinity)),
    absoluteDeadline: fc.oneof(count, fc.constant(Infinity)),
  },
  { noNullPrototype: true },
)

test('gives back what it was given', () => {
  fc.assert(
    fc.property(records, stamps, (record, given) => {
      const decoded = decodeRecord(encodeRecord(record, given))
      assert.deepEqual(decoded, { record, stamp: given })
    }),
  )
})

test('lends data as text, and what is no text as octets', () => {
  const written = { ...fullRecord(), payload: new Uint8Array(), text: '{"name":"関所\\u0000"}' }
  for (const bytes of [encodeRecord(written, stamp), Buffer.from(encodeRecord(written, stamp))]) {
    assert.deepEqual(decodeRecord(bytes, true)?.record, written)
    const { text: _, ...octets } = { ...written, payload: new Uint8Array(Buffer.from(written.text)) }
    assert.deepEqual(decodeRecord(bytes)?.record, octets)
  }
  for (const payload of [Uint8Array.of(0xff, 0xfe), new Uint8Array(Buffer.from('a\ufffdb'))]) {
    const record = { ...fullRecord(), payload }
    assert.deepEqual(decodeRecord(encodeRecord(record, stamp), true)?.record, record)
  }
})

test('gives back a record that does not begin where its memory does', () => {
  const bytes = encodeRecord(fullRecord(), stamp)
  const moved = new Uint8Array(bytes.length + 3)
  moved.set(bytes, 3)
  assert.deepEqual(decodeRecord(moved.subarray(3)), decodeRecord(bytes))
})

test('reads a head without the payload', () => {
  const record = fullRecord()
  const bytes = encodeRecord(record, stamp)
  const head = decodeHead(bytes.subarray(0, bytes.length - record.payload.length))
  assert.deepEqual(head?.stamp, stamp)
  assert.deepEqual({ ...head?.fields, payload: record.payload }, record)
  assert.equal(head?.payloadLength, record.payload.length)
})

test('takes a record that was cut off anywhere, or goes on, for none', () => {
  const bytes = encodeRecord(fullRecord(), stamp)
  for (let length = 0; length < bytes.length; length += 1)
    assert.equal(decodeRecord(bytes.subarray(0, length)), undefined)
  const longer = new Uint8Array(bytes.length + 1)
  longer.set(bytes)
  assert.equal(decodeRecord(longer), undefined)
})

test('takes a record with any single bit turned for none', () => {
  const bytes = encodeRecord(fullRecord(), stamp)
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const mutant = bytes.slice()
    mutant[bit >> 3] = (mutant[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(decodeRecord(mutant), undefined, `bit ${bit}`)
  }
})

test('takes two thousand random mutants for none', () => {
  const bytes = encodeRecord(fullRecord(), stamp)
  const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
      const mutant = bytes.slice()
      for (const { at, to } of changes) mutant[at] = to
      const isMutant = mutant.some((byte, at) => byte !== bytes[at])
      assert.equal(decodeRecord(mutant) === undefined, isMutant)
    }),
    { numRuns: 2000 },
  )
})

test('takes random bytes for no record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(decodeRecord(bytes), undefined)
    }),
    { numRuns: 2000 },
  )
})

test('takes a record of a later format for none', () => {
  const bytes = encodeRecord(fullRecord(), stamp)
  new DataView(bytes.buffer).setUint32(4, 2, true)
  assert.equal(decodeRecord(bytes), undefined)
})

test('keeps fields that a later engine has added', () => {
  const record = { ...fullRecord(), bound: { key: 'x' } }
  assert.deepEqual(decodeRecord(encodeRecord(record, stamp))?.record, record)
})

test('takes fields of a wrong kind for no record', () => {
  const wrong: Record<string, unknown>[] = [
    { generation: -1 },
    { generation: '0' },
    { current: 7 },
    { previous: {} },
    { previous: { verifier: 'a', handoff: 'b', until: 'c' } },
    { rotatedAt: 'now' },
    { authenticatedAt: 'now' },
    { principal: 42 },
    { epoch: 0.5 },
    { amr: 'pwd' },
    { device: [] },
    { dataVersion: 1e300 },
    { writeIds: [1] },
    { writeIds: {} },
  ]
  for (const fields of wrong) {
    const record = { ...fullRecord(), ...fields } as SessionRecord
    assert.equal(decodeRecord(encodeRecord(record, stamp)), undefined, JSON.stringify(fields))
  }
})

test('takes a version of zero and a time that is no number for no record', () => {
  assert.equal(decodeRecord(encodeRecord(fullRecord(), { ...stamp, version: 0 })), undefined)
  assert.equal(decodeRecord(encodeRecord(fullRecord(), { ...stamp, createdAt: Number.NaN })), undefined)
  assert.equal(decodeRecord(encodeRecord(fullRecord(), { ...stamp, idleDeadline: Number.NaN })), undefined)
})

test('refuses a poisoned prototype and JSON that nests without end', () => {
  const poisoned = JSON.parse('{"__proto__":{"isAdmin":true}}') as object
  const deep = JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown
  const record = fullRecord()
  Object.defineProperty(record, '__proto__', { value: poisoned, enumerable: true })
  assert.equal(decodeRecord(encodeRecord(record, stamp)), undefined)
  assert.equal(decodeRecord(encodeRecord({ ...fullRecord(), amr: deep as string[] }, stamp)), undefined)
  assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined)
})

test('keeps to the format: these bytes must be read for ever', () => {
  const record = { generation: 1, current: 'c', dataVersion: 2, writeIds: ['w'], payload: new Uint8Array([1, 2, 3]) }
  const hex = Buffer.from(encodeRecord(record, { version: 1, createdAt: 2, idleDeadline: 3, absoluteDeadline: 4 }))
  assert.equal(
    hex.toString('hex'),
    '534b53520100000079e2cdaa77000000030000009020f0dd000000000000f03f000000000000004000000000000008400000000000001040' +
      '7b2267656e65726174696f6e223a312c2263757272656e74223a2263222c22646174' +
      '6156657273696f6e223a322c227772697465496473223a5b2277225d7d010203',
  )
  assert.equal(hex.indexOf('{'), fixedBytes)
})
