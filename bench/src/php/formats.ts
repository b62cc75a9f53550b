import assert from 'node:assert/strict'
import { serialize as theirSerialize, unserialize as theirUnserialize } from 'php-serialize'
import { decodeVars, encodeVars, toJs, toPhp, type PhpArray } from 'sekisho/php'
import { interval, table } from '../report.ts'
import { estimate, median } from '../statistics.ts'
import { verdict } from './parts.ts'
import type { PhpSettings } from './contract.ts'

/** The sessions that are written and read, by the number of things in their cart. */
const sessions = [
  { name: '300 octets', things: 1 },
  { name: '30 kB', things: 290 },
] as const

/** A way from one form of a session to another, and how long it takes. */
interface Way {
  readonly name: string
  /** What it is compared with; the peer itself is compared with nothing. */
  readonly beside: string | undefined
  go(): unknown
}

/** The microseconds of each way in each round. */
type Measured = ReadonlyMap<string, readonly number[]>

/** Writing and reading sessions in `php_serialize`: our formats beside the package php-serialize. */
export function formatsPart(settings: PhpSettings): Promise<string> {
  const chapters = sessions.map(({ name, things }) => chapter(name, plainSession(things), settings))
  const { rounds } = settings
  const intro = `Microseconds to write a session to octets and to read it from them, from and to plain values of JavaScript, in the format \`php_serialize\`: median of ${rounds} rounds with its 95 % interval. Both give the same octets and the same values. \`encodeVars\` and \`decodeVars\` alone are without the plain values.`
  return Promise.resolve(['## Formats', intro, ...chapters].join('\n\n'))
}

function chapter(name: string, plain: object, { rounds, quick, tell }: PhpSettings): string {
  const ways = waysOf(plain)
  const roundMs = quick ? 2 : 100
  const measured = new Map(ways.map((way): [string, number[]] => [way.name, []]))
  for (const way of ways) microseconds(way, roundMs * 3)
  for (let round = 1; round <= rounds; round += 1) {
    tell(`formats, ${name}, round ${round} of ${rounds}`)
    for (const way of ways) measured.get(way.name)?.push(microseconds(way, roundMs))
  }
  const octets = encodeVars('php_serialize', toPhp(plain) as PhpArray).length
  const rows = ways.map((way) => rowOf(way, measured))
  return [`### ${name} (${octets})`, table(['way', 'µs', 'times less', 'verdict'], rows)].join('\n\n')
}

function waysOf(plain: object): Way[] {
  const vars = toPhp(plain) as PhpArray
  const octets = Buffer.from(encodeVars('php_serialize', vars))
  assert.equal(octets.toString(), theirSerialize(plain))
  assert.deepEqual(toJs(decodeVars('php_serialize', octets)), theirUnserialize(octets))
  const [writing, reading] = ['php-serialize: write', 'php-serialize: read']
  return [
    { name: writing, beside: undefined, go: () => Buffer.from(theirSerialize(plain)) },
    { name: 'toPhp, encodeVars', beside: writing, go: () => encodeVars('php_serialize', toPhp(plain) as PhpArray) },
    { name: 'encodeVars', beside: writing, go: () => encodeVars('php_serialize', vars) },
    { name: reading, beside: undefined, go: () => theirUnserialize(octets) as unknown },
    { name: 'decodeVars, toJs', beside: reading, go: () => toJs(decodeVars('php_serialize', octets)) },
    { name: 'decodeVars', beside: reading, go: () => decodeVars('php_serialize', octets) },
  ]
}

/** CPU, so that others on the machine count as little as they can. */
function microseconds({ go }: Way, forMs: number): number {
  const start = process.cpuUsage()
  const until = performance.now() + forMs
  let count = 0
  do {
    for (let index = 0; index < 20; index += 1) go()
    count += 20
  } while (performance.now() < until)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / count
}

function rowOf({ name, beside }: Way, measured: Measured): string[] {
  const times = measured.get(name) ?? []
  const { low, high } = estimate(times)
  const shown = `${median(times).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
  if (beside === undefined) return [name, shown, '', '']
  const ratio = estimate((measured.get(beside) ?? []).map((time, round) => time / (times[round] ?? Number.NaN)))
  return [name, shown, interval(ratio), verdict(ratio, 1)]
}

/** What a shop keeps: texts, numbers of both kinds, lists and names, in more than one script. */
function plainSession(things: number): object {
  return {
    user_id: 1001,
    name: '山田太郎',
    roles: ['admin', 'editor'],
    csrf: 'ab'.repeat(16),
    last: 1_700_000_000,
    cart: Array.from({ length: things }, (_, index) => ({
      sku: `A-${index}`,
      quantity: index + 1,
      price: index + 0.5,
      title: 'A thing with a title',
      isGift: index % 2 === 0,
    })),
  }
}
