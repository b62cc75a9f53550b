import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, timingSafeEqual } from '../crypto/node.ts'
import { SekishoUsageError } from '../errors.ts'
import type { PreviousSecret, SessionRecord } from '../store/contract.ts'

const LOCATOR_BYTES = 16
const SECRET_BYTES = 32
const TOKEN_BYTES = LOCATOR_BYTES + SECRET_BYTES

/** 48 bytes are so many base64url digits with no bits to spare, so every text of as many digits is canonical. */
export const TOKEN_DIGITS = 64

/** What no token holds. Together with the length in one pattern it takes twice as long. */
export const strangeToTokens: RegExp = /[^A-Za-z0-9_-]/

/** For the moment of hashing a token is decoded into the first, and its secret copied behind the label of the second. */
const octets = Buffer.alloc(TOKEN_BYTES)
const labelled = Buffer.concat([Buffer.from('sekisho v1 verifier'), Buffer.alloc(SECRET_BYTES)])
const locatorPlace = octets.subarray(0, LOCATOR_BYTES)
const secretPlace = octets.subarray(LOCATOR_BYTES)
const labelledPlace = labelled.subarray(-SECRET_BYTES)
const blank = new Uint8Array(TOKEN_BYTES)

/** Two verifiers while they are compared: each the 43 base64url digits of a SHA-256. */
const mine = Buffer.alloc(43)
const theirs = Buffer.alloc(43)

/** Random digits for the next ids of writes; cut into pieces that are short enough to be copies, or each would keep all of it. */
let idPool = ''
let poolTaken = 0
const WRITE_ID_BYTES = 9
const WRITE_ID_DIGITS = 12
const POOL_BYTES = 400 * WRITE_ID_BYTES

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
  readonly #carrier: string

  /** @param carrier Text of {@link TOKEN_DIGITS} characters with nothing {@link strangeToTokens}. */
  constructor(carrier: string) {
    this.#carrier = carrier
    octets.write(carrier, 'base64url')
    this.address = hash('sha256', locatorPlace, 'hex')
    labelledPlace.set(secretPlace)
    this.verifier = hash('sha256', labelled, 'base64url')
    octets.set(blank)
    labelledPlace.set(secretPlace) // blank by now
  }

  /** The text for the cookie or header. The only way the secret leaves this object. */
  carrier(): string {
    return this.#carrier
  }

  /** What this token is to a record, at the store's time `now`. Verifiers of equal length are compared in constant time. */
  recognise({ current, previous }: SessionRecord, now: number): Recognition {
    // Latin-1, so that equal lengths give equal numbers of bytes, whatever a store has made of the text.
    mine.write(this.verifier, 'latin1')
    theirs.write(current, 'latin1')
    if (current.length === theirs.length && timingSafeEqual(mine, theirs)) return 'current'
    if (previous?.verifier.length !== theirs.length) return 'unknown-secret'
    theirs.write(previous.verifier, 'latin1')
    if (!timingSafeEqual(mine, theirs)) return 'unknown-secret'
    return previous.until !== undefined && now >= previous.until ? 'grace-over' : 'previous'
  }

  /** The same session's next token: same locator, new secret. */
  successor(): Token {
    return tokenOf(Buffer.concat([this.#locator(), randomBytes(SECRET_BYTES)]))
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
      return tokenOf(Buffer.concat([this.#locator(), secret]))
    } catch {
      // An authentication failure is an answer, not a fault: the record's hand-off is not for this secret.
      return undefined
    }
  }

  /** A key that nobody can derive without this token's secret (HKDF-SHA256). */
  deriveKey(salt: Buffer, info: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret(), salt, info, SECRET_BYTES))
  }

  #locator(): Buffer {
    return Buffer.from(this.#carrier, 'base64url').subarray(0, LOCATOR_BYTES)
  }

  #secret(): Buffer {
    return Buffer.from(this.#carrier, 'base64url').subarray(LOCATOR_BYTES)
  }

  #handoffKey(): Buffer {
    return this.deriveKey(Buffer.alloc(0), HANDOFF_INFO)
  }
}

/** What a store sees of a carrier. */
export interface CarrierParts {
  /** What the store files the session under. */
  readonly address: string
  /** What the record keeps of the secret: its `current`. */
  readonly current: string
}

/**
 * For a store and a transport that together make carriers out of something else, such as the ids of PHP's sessions.
 *
 * @param carrier 64 base64url digits: 16 octets that say where the session is, and 32 of the secret.
 * @returns What the store is asked for, and what it must answer, when a request comes with this carrier.
 * @throws SekishoUsageError `ERR_ARGUMENT` for any other text.
 */
export function carrierParts(carrier: string): CarrierParts {
  const { address, verifier } = tokenIn(carrier)
  return { address, current: verifier }
}

/** The secrets of a record whose session has moved on from a carrier, and to which the carrier still leads. */
export interface CarrierHandOff {
  /** The new secret, as the record keeps it. */
  readonly current: string
  /** The carrier's own, with the new one sealed for whoever presents it. */
  readonly previous: PreviousSecret
}

/**
 * For the same stores, where somebody else has moved the session: who comes with the old carrier gets the new one, as after a
 * rotation.
 *
 * @param until When the old carrier is dead, epoch milliseconds.
 * @throws SekishoUsageError `ERR_ARGUMENT` for a text that is no carrier.
 */
export function carrierHandOff(carrier: string, until: number): CarrierHandOff {
  const token = tokenIn(carrier)
  const next = token.successor()
  return { current: next.verifier, previous: { verifier: token.verifier, until, handoff: token.handOff(next) } }
}

function tokenIn(carrier: string): Token {
  if (carrier.length === TOKEN_DIGITS && !strangeToTokens.test(carrier)) return new Token(carrier)
  throw new SekishoUsageError('ERR_ARGUMENT', 'a carrier must have 64 base64url digits')
}

/** A token for a new session. */
export function mintToken(): Token {
  return tokenOf(randomBytes(TOKEN_BYTES))
}

/**
 * A new id for one write: 9 random bytes, base64url. It is no secret, but two writers may not have the same; so the pool is
 * filled on first use and belongs to one thread: a child of `fork` starts without one. (randomBytes: 3.5 µs; pool: 0.03.)
 */
export function newWriteId(): string {
  if (poolTaken === idPool.length) {
    idPool = randomBytes(POOL_BYTES).toString('base64url')
    poolTaken = 0
  }
  poolTaken += WRITE_ID_DIGITS
  return idPool.slice(poolTaken - WRITE_ID_DIGITS, poolTaken)
}

function tokenOf(bytes: Buffer): Token {
  return new Token(bytes.toString('base64url'))
}
