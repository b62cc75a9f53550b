import { hash } from 'node:crypto'
import { cryptText } from './crypt-alphabet.ts'

/** One of the two variants of SHA-crypt. */
export interface ShaVariant {
  readonly digest: 'sha256' | 'sha512'
  /** Octets of a digest. */
  readonly size: number
  /** In which order the octets are written. */
  readonly order: readonly (readonly number[])[]
}

/** `$5$`. */
export const sha256Variant: ShaVariant = {
  digest: 'sha256',
  size: 32,
  order: [...rotated([0, 10, 20], 10, 2), [31, 30]],
}

/** `$6$`. */
export const sha512Variant: ShaVariant = { digest: 'sha512', size: 64, order: [...rotated([0, 21, 42], 21, 1), [63]] }

/** Each group has the octets that follow those of the group before, turned by some places. */
function rotated(start: readonly number[], count: number, turn: number): number[][] {
  const groups: number[][] = []
  let group = [...start]
  for (let index = 0; index < count; index += 1) {
    groups.push(group)
    group = [...group.slice(turn), ...group.slice(0, turn)].map((octet) => octet + 1)
  }
  return groups
}

/** SHA-crypt. @returns What stands behind the salt: 43 or 86 characters. */
export function shaCrypt(password: Buffer, salt: Buffer, rounds: number, variant: ShaVariant): string {
  let digest = first(password, salt, variant)
  const stretched = filled(sha(variant, repeated(password, password.length)), password.length)
  const salted = filled(sha(variant, repeated(salt, 16 + (digest[0] ?? 0))), salt.length)
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = round % 2 === 1
    const parts = [isOdd ? stretched : digest]
    if (round % 3 !== 0) parts.push(salted)
    if (round % 7 !== 0) parts.push(stretched)
    parts.push(isOdd ? digest : stretched)
    digest = sha(variant, parts)
  }
  return cryptText(digest, variant.order)
}

function first(password: Buffer, salt: Buffer, variant: ShaVariant): Buffer {
  const inner = sha(variant, [password, salt, password])
  const parts = [password, salt, filled(inner, password.length)]
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push(bits % 2 === 1 ? inner : password)
  return sha(variant, parts)
}

function repeated(octets: Buffer, times: number): Buffer[] {
  return Array.from({ length: times }, () => octets)
}

/** A digest, as often and as much of it as fills a length. */
function filled(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest)
}

function sha({ digest }: ShaVariant, parts: readonly Uint8Array[]): Buffer {
  return hash(digest, Buffer.concat(parts), 'buffer')
}
