import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from './node.ts'

/** Octets of a nonce: the first half chooses a derived key, the second is that key's AES-GCM nonce. */
export const NONCE_BYTES = 24
/** Octets of a nonce's first half. */
export const PREFIX_BYTES = 12
/** Octets that sealing adds to a plaintext. */
export const TAG_BYTES = 16

const BLOCK_BYTES = 16
/** Where a block has the prefix. */
const PREFIX_AT = 4
/** Reduction constant of GF(2^128), as in CMAC (NIST SP 800-38B 5.3). */
const REDUCTION = 0x87

/** An XAES-256-GCM key: AES-256-GCM under a key derived from each nonce's prefix (C2SP XAES-256-GCM, version 1.0.0). */
export class XaesKey {
  /** Without chaining and padding every block stands for itself, so one cipher serves for ever: making one takes 15 µs. */
  readonly #cipher: ReturnType<typeof createCipheriv>
  /** The two blocks to encrypt, but for the prefix. */
  readonly #template: Buffer = Buffer.alloc(2 * BLOCK_BYTES)
  /** The same with the prefix of the moment. */
  readonly #blocks: Buffer = Buffer.alloc(2 * BLOCK_BYTES)

  /** @param key 32 octets. */
  constructor(key: Buffer) {
    this.#cipher = createCipheriv('aes-256-ecb', createSecretKey(key), null).setAutoPadding(false)
    const mask = doubled(this.#cipher.update(Buffer.alloc(BLOCK_BYTES)))
    for (const [index, at] of [0, BLOCK_BYTES].entries()) {
      this.#template.set([0, index + 1, 0x58, 0], at)
      for (let octet = 0; octet < BLOCK_BYTES; octet += 1) this.#template[at + octet]! ^= mask[octet]!
    }
    this.#blocks.set(this.#template)
  }

  /** The AES-256 key for all nonces that begin with the octets `from` on: a CMAC-based derivation, two blocks of AES. */
  derive(octets: Buffer, from = 0): KeyObject {
    const [template, blocks] = [this.#template, this.#blocks]
    for (let octet = 0; octet < PREFIX_BYTES; octet += 1) {
      const at = PREFIX_AT + octet
      blocks[at] = template[at]! ^ octets[from + octet]!
      blocks[BLOCK_BYTES + at] = template[BLOCK_BYTES + at]! ^ octets[from + octet]!
    }
    return createSecretKey(this.#cipher.update(blocks))
  }
}

/** AES-256-GCM with a 12-octet nonce: ciphertext and tag. */
export function encrypt(key: KeyObject, nonce: Buffer, message: Message): [ciphertext: Buffer, tag: Buffer] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(message.associated)
  const ciphertext = cipher.update(message.text)
  cipher.final()
  return [ciphertext, cipher.getAuthTag()]
}

/** The plaintext; `undefined` when ciphertext, tag, nonce, key or associated data do not belong together. */
export function decrypt(key: KeyObject, nonce: Buffer, message: Message): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(message.associated).setAuthTag(message.text.subarray(-TAG_BYTES))
  const plaintext = decipher.update(message.text.subarray(0, -TAG_BYTES))
  try {
    decipher.final()
    return plaintext
  } catch {
    // The one way in which `final` says that authentication failed: an answer, not a fault.
    return undefined
  }
}

/** What is sealed or opened. */
export interface Message {
  /** The plaintext, or ciphertext and tag. */
  readonly text: Buffer
  /** What is authenticated beside it. */
  readonly associated: Buffer
}

function doubled(block: Buffer): Buffer {
  const result = Buffer.alloc(BLOCK_BYTES)
  for (let octet = 0; octet < BLOCK_BYTES; octet += 1) {
    result[octet] = ((block[octet]! << 1) | ((block[octet + 1] ?? 0) >> 7)) & 0xff
  }
  if (block[0]! & 0x80) result[BLOCK_BYTES - 1]! ^= REDUCTION
  return result
}
