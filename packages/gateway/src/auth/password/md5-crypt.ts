import { hash } from 'node:crypto'
import { cryptText } from './crypt-alphabet.ts'

/** What the two variants put before the salt: Apache's own, and that of crypt(3). */
export type Md5CryptMagic = '$apr1$' | '$1$'

const rounds = 1000
const order = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]] as const

/** MD5-crypt: a thousand rounds of MD5. @returns The 22 characters behind the salt. */
export function md5Crypt(password: Buffer, magic: Md5CryptMagic, salt: Buffer): string {
  let digest = first(password, magic, salt)
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = round % 2 === 1
    const parts = [isOdd ? password : digest]
    if (round % 3 !== 0) parts.push(salt)
    if (round % 7 !== 0) parts.push(password)
    parts.push(isOdd ? digest : password)
    digest = md5(parts)
  }
  return cryptText(digest, order)
}

function first(password: Buffer, magic: Md5CryptMagic, salt: Buffer): Buffer {
  const inner = md5([password, salt, password])
  const parts = [password, Buffer.from(magic), salt]
  for (let left = password.length; left > 0; left -= 16) parts.push(inner.subarray(0, Math.min(16, left)))
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push(bits % 2 === 1 ? zero : password.subarray(0, 1))
  return md5(parts)
}

const zero = Buffer.alloc(1)

function md5(parts: readonly Uint8Array[]): Buffer {
  return hash('md5', Buffer.concat(parts), 'buffer')
}
