/**
 * Values for tests of the formats.
 *
 * @module
 */
import fc from 'fast-check'
import { PhpArray, PhpBytes, PhpFloat, type PhpKey, PhpObject, type PhpValue } from 'sekisho/php'

/** Octets that end a value, begin one, or count something: a change to one of these is seen by every reader. */
const telling = Buffer.from('0123456789:;{}"|abdisNSORrCE+-.\\\u0000\u0080\u00ff', 'latin1')

/** Octets with up to three changes, the same ones for the same seed. */
export function mutate(octets: Buffer, seed: number): Buffer {
  const random = generator(seed)
  let changed = octets
  for (let count = 1 + random(3); count > 0; count -= 1) changed = change(changed, random)
  return changed
}

function change(octets: Buffer, random: (below: number) => number): Buffer {
  const at = random(octets.length + 1)
  const octet = Buffer.of(telling[random(telling.length)] ?? 0)
  switch (random(5)) {
    case 0:
      return Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + random(4))])
    case 1:
      return Buffer.concat([octets.subarray(0, at), octet, octets.subarray(at)])
    case 2:
      return Buffer.concat([octets.subarray(0, at), octet, octets.subarray(at + 1)])
    case 3:
      return octets.subarray(0, at)
    default: {
      const from = random(octets.length + 1)
      return Buffer.concat([octets.subarray(0, at), octets.subarray(from, from + random(40)), octets.subarray(at)])
    }
  }
}

/** Numbers from 0 up, the same ones for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = (seed + 1) * 2_654_435_761
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Arrays with everything that PHP can hold. */
export function phpArrays(options: { readonly isVars: boolean }): fc.Arbitrary<PhpArray> {
  const { array, vars } = fc.letrec<{ value: PhpValue; array: PhpArray; vars: PhpArray }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalars,
      tie('array') as fc.Arbitrary<PhpValue>,
      fc.tuple(classNames, tie('array')).map(([name, props]) => objectOf(name, props as PhpArray)),
    ),
    array: entries(keys, tie('value') as fc.Arbitrary<PhpValue>),
    vars: entries(names, tie('value') as fc.Arbitrary<PhpValue>),
  }))
  return fc
    .tuple(options.isVars ? vars : array, fc.infiniteStream(fc.nat()))
    .map(([map, choices]) => share(map, choices))
}

const names = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((name) => !name.includes('|') && !/^-?\d/.test(name))
const keys: fc.Arbitrary<PhpKey> = fc.oneof(
  fc.nat({ max: 20 }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.replaceAll(/\p{Surrogate}/gu, '')),
  fc.constantFrom('__proto__', 'constructor', '5', '05', '-0', '-5', '9223372036854775808', '\udc80\udcff'),
)
const classNames = fc.constantFrom('NoClass', 'App\\User', 'Käse', '日本\\語')
const scalars: fc.Arbitrary<PhpValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double(),
  fc.constantFrom(...[0, -0, 1, -1, 1e15, 2 ** 53 - 1].map((value) => new PhpFloat(value))),
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array({ maxLength: 20 }).map((octets) => new PhpBytes(octets)),
)

function entries(key: fc.Arbitrary<PhpKey>, value: fc.Arbitrary<PhpValue>): fc.Arbitrary<PhpArray> {
  return fc.array(fc.tuple(key, value), { maxLength: 6 }).map((pairs) => PhpArray.from(pairs))
}

/** Properties that PHP itself could have serialized: without integers and without the names of classes in them. */
function objectOf(className: string, props: PhpArray): PhpObject {
  const named = [...props].filter(([name]) => typeof name === 'string' && !name.startsWith('\0'))
  return new PhpObject(className, named)
}

/** Makes some places share a reference or an object with an earlier place. */
function share(map: PhpArray, choices: Iterable<number>): PhpArray {
  const all: [PhpArray | PhpObject, PhpKey][] = []
  collect(map, all)
  const pick = choices[Symbol.iterator]()
  for (const [into, key] of all) {
    const choice = pick.next().value ?? 0
    const [from, fromKey] = all[choice % all.length] ?? [into, key]
    // One place in four shares, and none a value that holds the place itself.
    if (choice % 4 !== 0 || (from === into && fromKey === key)) continue
    const value = from.get(fromKey)
    if (value === undefined || value instanceof PhpArray) continue
    if (choice % 8 === 0 && value instanceof PhpObject) into.set(key, value)
    const reference = value instanceof PhpObject ? undefined : from.reference(fromKey)
    if (reference !== undefined) into.bind(key, reference)
  }
  return map
}

function collect(map: PhpArray | PhpObject, all: [PhpArray | PhpObject, PhpKey][]): void {
  for (const [key, value] of map) {
    all.push([map, key])
    if (value instanceof PhpArray || value instanceof PhpObject) collect(value, all)
  }
}
