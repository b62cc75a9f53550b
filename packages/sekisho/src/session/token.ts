import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, timingSafeEqual } from '../crypto/node.ts'
import type { SessionRecord } from '../store/contract.ts'

const LOCATOR_BYTES = 16
const SECRET_BYTES = 32
const TOKEN_BYTES = LOCATOR_BYTES + SECRET_BYTES

/** 48 bytes are 64 base64url digits with no bits to spare, so every text of this form is canonical. */
const CARRIER = /^[A-Za-z0-9_-]{64}$/

/** Input of the verifier hash; the secret is copied behind the label for the moment of hashing. */
const labelled = Buffer.concat([Buffer.from('sekisho v1 verifier'), Buffer.alloc(SECRET_BYTES)])
const SECRET_AT = labelled.length - SECRET_BYTES

const HANDOFF_INFO = 'sekisho v1 handoff'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * What a presented secret is to a record: the one in use; the one before the last rotation; the same after its grace;
 * or never seen.
 */
export type Recognition = 'current' | 'previous' | 'grace-over' | 'unknown-secret'

/**
 * The secret that travels: a locator that says where the session is stored, and a secret that proves the right to it.
 * Printing a token shows its address only.
 */
export class Token {
  /** SHA-256 of the locator, hexadecimal: what the store files the session under. */
  readonly address: string
  /** Labelled SHA-256 of the secret, base64url: what the record keeps of it. */
  readonly verifier: string
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.address = hash('sha256', bytes.subarray(0, LOCATOR_BYTES), 'hex')
    bytes.copy(labelled, SECRET_AT, LOCATOR_BYTES)
    this.verifier = hash('sha256', labelled, 'base64url')
    labelled.fill(0, SECRET_AT)
  }

  /** The text for the cookie or header. The only way the secret leaves this object. */
  carrier(): string {
    return this.#bytes.toString('base64url')
  }

  /** What this token is to a record, at the store's time `now`. Verifiers of equal length are compared in constant time. */
  recognise({ current, previous }: SessionRecord, now: number): Recognition {
    // Latin-1, so that equal lengths give equal numbers of bytes, whatever a store has made of the text.
    const mine = Buffer.from(this.verifier, 'latin1')
    if (current.length === mine.length && timingSafeEqual(mine, Buffer.from(current, 'latin1'))) return 'current'
    if (previous === undefined || previous.verifier.length !== mine.length) return 'unknown-secret'
    if (!timingSafeEqual(mine, Buffer.from(previous.verifier, 'latin1'))) return 'unknown-secret'
    return previous.until !== undefined && now >= previous.until ? 'grace-over' : 'previous'
  }

  /** The same session's next token: same locator, new secret. */
  successor(): Token {
    return new Token(Buffer.concat([this.#locator(), randomBytes(SECRET_BYTES)]))
  }

  /** Seals `next`'s secret so that only a holder of this token can read it (AES-256-GCM under HKDF of this secret). */
  handOff(next: Token): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#handoffKey(), nonce).setAAD(Buffer.from(this.address))
    return Buffer.concat([nonce, cipher.update(next.#secret()), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    )
  }

  /** The token that `handOff` sealed for this one; `undefined` when it was not sealed for it. */
  follow(handoff: string): Token | undefined {
    const sealed = Buffer.from(handoff, 'base64url')
    if (sealed.length !== NONCE_BYTES + SECRET_BYTES + TAG_BYTES) return undefined
    const decipher = createDecipheriv('aes-256-gcm', this.#handoffKey(), sealed.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(this.address))
      .setAuthTag(sealed.subarray(-TAG_BYTES))
    try {
      const secret = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
      return new Token(Buffer.concat([this.#locator(), secret]))
    } catch {
      // An authentication failure is an answer, not a fault: the record's hand-off is not for this secret.
      return undefined
    }
  }

  #locator(): Buffer {
    return this.#bytes.subarray(0, LOCATOR_BYTES)
  }

  #secret(): Buffer {
    return this.#bytes.subarray(LOCATOR_BYTES)
  }

  #handoffKey(): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret(), Buffer.alloc(0), HANDOFF_INFO, SECRET_BYTES))
  }
}

/** A token for a new session. */
export function mintToken(): Token {
  return new Token(randomBytes(TOKEN_BYTES))
}

/** The token that a carrier holds; `undefined` when it is none. */
export function readToken(carrier: string): Token | undefined {
  return CARRIER.test(carrier) ? new Token(Buffer.from(carrier, 'base64url')) : undefined
}

/** A new id for one write: 8 random bytes, base64url. */
export function newWriteId(): string {
  return randomBytes(8).toString('base64url')
}
