import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decodeVars, encodeVars, PhpDecodeError, toJs } from 'sekisho/php'
import { cases, octetsOf } from './corpus.ts'
import { mutate } from './values.ts'

const count = process.env['SEKISHO_LONG'] === '1' ? 1_000_000 : 20_000
const megabyte = 2 ** 20

test('octets that are wrong somewhere are refused or read: without another error, in time, in little memory', (t: TestContext) => {
  const seeds = cases.filter(({ b64 = '' }) => b64.length > 0)
  const before = process.memoryUsage().rss
  let slowest = 0
  let refused = 0
  for (let round = 0; round < count; round += 1) {
    const entry = seeds[round % seeds.length]
    assert.ok(entry !== undefined)
    const octets = mutate(octetsOf(entry), round)
    const start = performance.now()
    if (!isRead(entry.format, octets)) refused += 1
    slowest = Math.max(slowest, performance.now() - start)
  }
  const grown = (process.memoryUsage().rss - before) / megabyte
  assert.ok(refused > count / 4 && refused < count, `${refused} of ${count} are refused`)
  assert.ok(slowest < 2000, `the slowest takes ${slowest} ms`)
  assert.ok(grown < 400, `${grown} MiB more memory`)
  t.diagnostic(`${count} inputs, ${refused} refused, slowest ${slowest.toFixed(1)} ms, ${grown.toFixed(0)} MiB more`)
})

/** What is read can be written, and what was written can be read and written to the same octets. */
function isRead(format: (typeof cases)[number]['format'], octets: Buffer): boolean {
  let vars
  try {
    vars = decodeVars(format, octets)
  } catch (error) {
    assert.ok(error instanceof PhpDecodeError, `${octets.toString('base64')}: ${String(error)}`)
    assert.ok(error.offset >= 0 && error.offset <= octets.length, `offset ${error.offset}`)
    return false
  }
  toJs(vars)
  const written = encodeVars(format, vars)
  assert.deepEqual(encodeVars(format, decodeVars(format, written)), written, octets.toString('base64'))
  return true
}

test('lengths and counts are not believed: nothing is reserved for what is not there', () => {
  const before = process.memoryUsage().rss
  const hostile = [
    'a:999999999:{i:0;i:1;}',
    's:4294967295:"x";',
    'O:8:"stdClass":999999999:{}',
    'C:1:"A":999999999:{}',
    'E:99999999999:"A:B";',
    'a:1:{s:9999999:"a";i:1;}',
    'S:9999999999:"\\41";',
  ]
  for (const text of hostile) {
    for (let round = 0; round < 1000; round += 1)
      assert.throws(() => decodeVars('php', Buffer.from(`v|${text}`)), PhpDecodeError, text)
  }
  const grown = (process.memoryUsage().rss - before) / megabyte
  assert.ok(grown < 100, `${grown} MiB more memory`)
})

test('time grows with the octets alone, whatever they say', () => {
  for (const make of [nested, objects, repeatedNames, shared, customs, digits, brokenCustoms]) {
    const [small, large] = [make(20_000), make(200_000)]
    const [first, second] = [timeOf(small), timeOf(large)]
    assert.ok(
      second < first * 40 + 300,
      `${make.name}: ${first.toFixed(0)} ms, ten times as much ${second.toFixed(0)} ms`,
    )
  }
})

function timeOf(octets: Buffer): number {
  const start = performance.now()
  try {
    decodeVars('php', octets)
  } catch (error) {
    assert.ok(error instanceof PhpDecodeError)
  }
  return performance.now() - start
}

function nested(size: number): Buffer {
  return Buffer.from(`v|${'a:1:{i:0;'.repeat(size)}`)
}

function objects(size: number): Buffer {
  return Buffer.from(`v|a:${size}:{${Array.from({ length: size }, (_, key) => `i:${key};O:1:"A":0:{}`).join('')}}`)
}

function repeatedNames(size: number): Buffer {
  return Buffer.from(`a|i:1;b|R:1;${'a|i:1;'.repeat(size)}`)
}

function shared(size: number): Buffer {
  return Buffer.from(
    `v|a:${size}:{i:0;i:1;${Array.from({ length: size - 1 }, (_, key) => `i:${key + 1};R:2;`).join('')}}`,
  )
}

function customs(size: number): Buffer {
  return Buffer.from(`v|a:${size}:{${Array.from({ length: size }, (_, key) => `i:${key};C:1:"A":4:{i:1;}`).join('')}}`)
}

function digits(size: number): Buffer {
  return Buffer.from(`v|i:${'9'.repeat(size)};w|d:${'9'.repeat(size)};x|d:1e${'9'.repeat(size)};`)
}

/** Each one says that it holds all that follow. */
function brokenCustoms(size: number): Buffer {
  return Buffer.from(`v|${'C:1:"A":9:{'.repeat(size)}${'}'.repeat(size)}`)
}
