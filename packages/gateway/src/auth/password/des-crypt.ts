import { cryptAlphabet } from './crypt-alphabet.ts'

/**
 * The crypt(3) of old: 25 rounds of DES, whose expansion the salt changes, which is why no library's DES will do. Eight
 * characters count, and seven bits of each: it is here to read old files where an operator insists.
 *
 * @param salt Two characters.
 * @returns The 11 characters behind the salt.
 */
export function desCrypt(password: Buffer, salt: string): string {
  const keys = roundKeys(keyBits(password))
  const expansion = saltedExpansion(salt)
  let block = new Uint8Array(64)
  for (let round = 0; round < 25; round += 1) block = encrypted(block, keys, expansion)
  return textOf(block)
}

/** Seven bits a character, an eighth of no meaning, and zeros where the password is shorter. */
function keyBits(password: Buffer): Uint8Array {
  const bits = new Uint8Array(64)
  for (let octet = 0; octet < 8; octet += 1)
    for (let bit = 0; bit < 7; bit += 1) bits[8 * octet + bit] = ((password[octet] ?? 0) >> (6 - bit)) & 1
  return bits
}

/** Each bit of the salt that is set exchanges two entries of the expansion. */
function saltedExpansion(salt: string): readonly number[] {
  const swapped = [...expansionTable]
  for (let bit = 0; bit < 12; bit += 1) {
    if (((cryptAlphabet.indexOf(salt[bit < 6 ? 0 : 1] ?? '.') >> (bit % 6)) & 1) === 0) continue
    swapped[bit] = expansionTable[bit + 24] ?? 0
    swapped[bit + 24] = expansionTable[bit] ?? 0
  }
  return swapped
}

function encrypted(
  block: Uint8Array,
  keys: readonly Uint8Array[],
  expansion: readonly number[],
): Uint8Array<ArrayBuffer> {
  const start = permuted(block, initialPermutation)
  let [left, right] = [start.slice(0, 32), start.slice(32)]
  for (const key of keys) {
    const mixed = permuted(substituted(permuted(right, expansion), key), roundPermutation)
    for (let bit = 0; bit < 32; bit += 1) mixed[bit] = (mixed[bit] ?? 0) ^ (left[bit] ?? 0)
    left = right
    right = mixed
  }
  const output = new Uint8Array(64)
  for (const [index, place] of initialPermutation.entries())
    output[place - 1] = (index < 32 ? right[index] : left[index - 32]) ?? 0
  return output
}

function substituted(expanded: Uint8Array, key: Uint8Array): Uint8Array {
  const output = new Uint8Array(32)
  for (const [box, table] of substitutionBoxes.entries()) {
    let input = 0
    for (let bit = 6 * box; bit < 6 * box + 6; bit += 1) input = (input << 1) | ((expanded[bit] ?? 0) ^ (key[bit] ?? 0))
    const row = ((input >> 4) & 2) | (input & 1)
    const value = Number.parseInt(table[16 * row + ((input >> 1) & 15)] ?? '0', 16)
    for (let bit = 0; bit < 4; bit += 1) output[4 * box + bit] = (value >> (3 - bit)) & 1
  }
  return output
}

function roundKeys(key: Uint8Array): Uint8Array[] {
  let halves = permuted(key, keyChoice)
  return keyShifts.map((shift) => {
    const turned = (half: Uint8Array) => [...half.slice(shift), ...half.slice(0, shift)]
    halves = Uint8Array.from([...turned(halves.slice(0, 28)), ...turned(halves.slice(28))])
    return permuted(halves, keyCompression)
  })
}

function permuted(bits: Uint8Array, table: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(table, (place) => bits[place - 1] ?? 0)
}

/** 64 bits and two zeros, six to a character, the highest first. */
function textOf(block: Uint8Array): string {
  let text = ''
  for (let at = 0; at < 66; at += 6) {
    let value = 0
    for (let bit = at; bit < at + 6; bit += 1) value = (value << 1) | (block[bit] ?? 0)
    text += cryptAlphabet[value]
  }
  return text
}

// The tables of FIPS 46-3; places count from 1.

const columns = [58, 60, 62, 64, 57, 59, 61, 63]
const initialPermutation = columns.flatMap((first) => Array.from({ length: 8 }, (_, row) => first - 8 * row))

const expansionTable = Array.from({ length: 48 }, (_, bit) => ((4 * Math.floor(bit / 6) + (bit % 6) + 31) % 32) + 1)

const roundPermutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
]

const keyChoice = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63, 55,
  47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
]

const keyShifts = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]

const keyCompression = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]

/** Four rows of sixteen values each, in hexadecimal. */
const substitutionBoxes = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
]
