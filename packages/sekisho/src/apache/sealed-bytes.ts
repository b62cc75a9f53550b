/**
 * The bytes of mod_session_crypto: `MAC (8) ‖ salt (16) ‖ IV ‖ ciphertext`, in base64 with padding. The ciphertext is CBC with
 * the padding of PKCS #7; the MAC is SipHash-2-4 over all that follows it.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual, type KeyObject } from './primitives-node.ts'
import { sipHash24 } from './siphash.ts'

/** A cipher, by the name that `SessionCryptoCipher` has for it. */
export type ApacheCipher = 'aes128' | 'aes192' | 'aes256' | '3des192'

/** What there is to know of a cipher. */
export interface CipherEntry {
  /** OpenSSL's name. */
  readonly algorithm: string
  readonly keyOctets: number
  /** Octets of a block, and so of the IV. */
  readonly blockOctets: number
}

/** The ciphers. Apache knows these, in this spelling. */
export const ciphers: ReadonlyMap<string, CipherEntry> = new Map<ApacheCipher, CipherEntry>([
  ['aes128', { algorithm: 'aes-128-cbc', keyOctets: 16, blockOctets: 16 }],
  ['aes192', { algorithm: 'aes-192-cbc', keyOctets: 24, blockOctets: 16 }],
  ['aes256', { algorithm: 'aes-256-cbc', keyOctets: 32, blockOctets: 16 }],
  ['3des192', { algorithm: 'des-ede3-cbc', keyOctets: 24, blockOctets: 8 }],
])

const MAC_OCTETS = 8
/** Octets of a salt. */
export const SALT_OCTETS = 16
const IV_AT = MAC_OCTETS + SALT_OCTETS

/** A sealed text, taken apart. */
export interface SealedParts {
  readonly mac: Buffer
  readonly salt: Buffer
  /** The salt and all that follows it: what the MAC is of. */
  readonly body: Buffer
  readonly iv: Buffer
  readonly ciphertext: Buffer
}

/** Characters of the sealed text for a plaintext of so many. */
export function sealedLength(cipher: CipherEntry, plainOctets: number): number {
  const blocks = Math.floor(plainOctets / cipher.blockOctets) + 1
  return Math.ceil((IV_AT + cipher.blockOctets * (1 + blocks)) / 3) * 4
}

/**
 * Takes a sealed text apart.
 *
 * @returns `undefined` for what no server writes: too short, or another spelling of the same octets. Apache itself would
 * overlook a missing padding and letters behind the end.
 */
export function partsOf(text: string, { blockOctets }: CipherEntry): SealedParts | undefined {
  const bytes = Buffer.from(text, 'base64')
  const textAt = IV_AT + blockOctets
  if (bytes.length < textAt + blockOctets || bytes.toString('base64') !== text) return undefined
  return {
    mac: bytes.subarray(0, MAC_OCTETS),
    salt: bytes.subarray(MAC_OCTETS, IV_AT),
    body: bytes.subarray(MAC_OCTETS),
    iv: bytes.subarray(IV_AT, textAt),
    ciphertext: bytes.subarray(textAt),
  }
}

/** Whether the MAC is right, in the same time whether it is or not. */
export function isAuthentic({ mac, body }: SealedParts, macKey: Buffer): boolean {
  return timingSafeEqual(sipHash24(macKey, body), mac)
}

/** What a key encrypts with. */
export interface SealingKey {
  readonly key: KeyObject
  /** The salt that it was derived with. */
  readonly salt: Buffer
  readonly macKey: Buffer
}

/** Encrypts with a new IV, and authenticates. */
export function sealBytes(plaintext: Buffer, cipher: CipherEntry, { key, salt, macKey }: SealingKey): string {
  const iv = randomBytes(cipher.blockOctets)
  const encryption = createCipheriv(cipher.algorithm, key, iv)
  const body = Buffer.concat([salt, iv, encryption.update(plaintext), encryption.final()])
  return Buffer.concat([sipHash24(macKey, body), body]).toString('base64')
}

/** Decrypts what is authentic. @returns `undefined` when the padding is wrong, as with most keys of another cipher. */
export function decryptBytes(
  { iv, ciphertext }: SealedParts,
  { algorithm }: CipherEntry,
  key: KeyObject,
): Buffer | undefined {
  const decryption = createDecipheriv(algorithm, key, iv)
  try {
    return Buffer.concat([decryption.update(ciphertext), decryption.final()])
  } catch {
    return undefined
  }
}
