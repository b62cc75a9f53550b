import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeVars, encodeVars, PhpArray, PhpDecodeError, PhpEncodeError, PhpObject } from 'sekisho/php'
import { type Case, cases, describe, type Decoding, type Described, octetsOf, type Pair } from './corpus.ts'

/** What PHP takes and we refuse, and why. */
const refusals = new Map([
  ['php/str_overflow_len', 'a length that is right only after an overflow of 64 bits'],
  ['php_serialize/root_scalar', 'a session that is no array'],
  ['php_serialize/root_bool', 'a session that is no array'],
  ['php_serialize/root_false', 'a session that is no array'],
])
/** What PHP refuses for want of a class and we take, since no class is needed to keep it. */
const acceptances = new Map([['php/obj_E_notenum', 'a case of what PHP knows to be a class, not an enumeration']])
/** Octets that PHP changes even where it knows the classes, and we keep. */
const kept = new Map([
  ['php/obj_C_stdclass', 'what a class wrote, which PHP drops where the class has no such interface'],
  ['php/obj_intkey', 'an integer as the name of a property, which PHP makes a string'],
])
/** Objects of which the corpus describes what PHP shows, and not what is serialized. */
const shownOtherwise = new Set(['ArrayIterator', 'SplObjectStorage'])
/** Described in words alone, or decoded into a session that holds something already (which has a test of its own). */
const undescribed = new Set(['php/arr_depth100', 'php/merge'])

const decodable = cases.filter(({ decode }) => decode !== undefined)

test('what PHP decodes is decoded, and what makes PHP destroy the session is refused', () => {
  const exceptions = decodable.filter((entry) => isDecoded(entry) !== expectation(entry).ok).map(({ id }) => id)
  assert.deepEqual(exceptions.toSorted(), [...refusals.keys(), ...acceptances.keys()].toSorted())
  assert.ok(decodable.every(({ decode }) => decode?.ok === decode?.activeAfter))
})

test('decoded values are those that PHP saw: kinds, keys, order, references and identity of objects', () => {
  const compared = decodable.filter((entry) => expectation(entry).ok && isDecoded(entry) && !undescribed.has(entry.id))
  assert.ok(compared.length > 165, `${compared.length} cases`)
  for (const entry of compared) {
    const { value = [] } = expectation(entry)
    assert.deepEqual(plain(describe(decodeVars(entry.format, octetsOf(entry)))), plain(value), entry.id)
  }
})

test('what is decoded is encoded again to the octets that PHP gives', () => {
  const differing = decodable.filter((entry) => {
    if (!isDecoded(entry) || acceptances.has(entry.id) || entry.id === 'php/merge') return false
    const again = Buffer.from(encodeVars(entry.format, decodeVars(entry.format, octetsOf(entry))))
    return !possibleOctets(entry).some((octets) => octets.equals(again))
  })
  assert.deepEqual(differing.map(({ id }) => id).toSorted(), [...kept.keys()].toSorted())
})

test('what PHP changes and we keep is kept to the octet', () => {
  const changed = cases.filter(({ id }) => kept.has(id))
  assert.equal(changed.length, kept.size)
  for (const entry of changed) {
    const again = encodeVars(entry.format, decodeVars(entry.format, octetsOf(entry)))
    assert.deepEqual(Buffer.from(again), octetsOf(entry), entry.id)
  }
})

test('decoded variables are merged into those that are there', () => {
  const entry = cases.find(({ id }) => id === 'php/merge')
  assert.ok(entry !== undefined)
  const there = PhpArray.from([
    ['k', 1],
    ['foo', 9],
  ])
  there.assign(decodeVars('php', octetsOf(entry)))
  assert.deepEqual(describe(there), entry.decode?.value)
})

test('what PHP cannot encode is an error, and an empty session in php and php_binary is no octets', () => {
  const failing = cases.filter(({ encode }) => encode?.ok === false).map(({ id }) => id)
  assert.deepEqual(failing.toSorted(), [...encodeFailures.keys()].toSorted())
  for (const [id, tryIt] of encodeFailures) assert.doesNotThrow(tryIt, id)
})

/** The cases that PHP cannot encode, and what we say to them. */
const encodeFailures = new Map<string, () => void>([
  ['php/empty', () => assert.equal(encodeVars('php', new PhpArray()).length, 0)],
  ['php/key_pipe', () => refuses(PhpArray.from([['a|b', 2]]), /"a\|b" has a \| in its name: use php_serialize/)],
  [
    'php/key_only_numeric',
    () => refuses(PhpArray.of('x'), /the variable 0 has an integer as its name: use php_serialize/),
  ],
  ['php/closure', () => refuses(PhpArray.from([['f', new PhpObject('Closure')]]), /no object of the class Closure/)],
  [
    'php/generator',
    () => refuses(PhpArray.from([['g', new PhpObject('generator')]]), /no object of the class generator/),
  ],
  ['php_binary/session_not_array', () => refuses(5 as never, /variables must be a PhpArray; received 5/)],
  ['php_serialize/session_not_array', () => refuses('x' as never, /variables must be a PhpArray; received "x"/)],
])

function refuses(vars: PhpArray, message: RegExp): void {
  assert.throws(
    () => encodeVars('php', vars),
    (error) => {
      assert.ok(error instanceof PhpEncodeError)
      assert.match(error.message, message)
      return true
    },
  )
}

function isDecoded(entry: Case): boolean {
  try {
    decodeVars(entry.format, octetsOf(entry))
    return true
  } catch (error) {
    assert.ok(error instanceof PhpDecodeError, `${entry.id}: ${String(error)}`)
    return false
  }
}

/** Enumerations are decoded by a PHP that knows them. */
function expectation({ decode, decodeWithClasses, category }: Case): Decoding {
  const expected = category === 'enum' ? (decodeWithClasses ?? decode) : decode
  assert.ok(expected !== undefined)
  return expected
}

/** What a PHP gives that does not know the classes, and what one gives that does. */
function possibleOctets(entry: Case): Buffer[] {
  return [entry.decode, entry.decodeWithClasses].flatMap((decoding) => {
    if (decoding?.reencode === undefined) return decoding?.ok === true ? [octetsOf(entry)] : []
    if (decoding.reencode === 'same') return [octetsOf(entry)]
    return [decoding.reencode === false ? Buffer.alloc(0) : Buffer.from(decoding.reencode.b64, 'base64')]
  })
}

/** Without what only PHP's own view of an object adds. */
function plain(pairs: readonly Pair[]): unknown {
  return JSON.parse(JSON.stringify(pairs), (_key, part: Described | undefined) => {
    if (part?.t === 'float') return { ...part, v: undefined }
    if (part?.t !== 'object') return part?.['unreachableNumericString'] === true ? { s: part['s'] } : part
    const props = shownOtherwise.has(String(part['class'])) ? [] : (part['props'] as Pair[]).map(withTextKey)
    return { ...part, props, incomplete: undefined }
  })
}

/** PHP shows properties with names like `5` as integers. */
function withTextKey([key, value]: Pair): Pair {
  return [key['i'] === undefined ? key : { s: key['i'] }, value]
}
