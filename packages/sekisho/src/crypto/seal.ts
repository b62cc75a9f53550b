import { optionError } from '../errors.ts'
import { KEY_ID_BYTES, KeyRing, type Subkey } from './keyring.ts'
import { randomBytes, randomFillSync, type KeyObject } from './node.ts'
import { PrefixKeys } from './prefix-keys.ts'
import { decrypt, encrypt, NONCE_BYTES, PREFIX_BYTES, TAG_BYTES, XaesKey } from './xaes.ts'

/** The format's first octet. */
const VERSION = 1
const HEADER_BYTES = 1 + KEY_ID_BYTES
const OVERHEAD = HEADER_BYTES + NONCE_BYTES + TAG_BYTES
/** Where the two halves of the nonce and the ciphertext begin. */
const PREFIX_AT = HEADER_BYTES
const SUFFIX_AT = PREFIX_AT + PREFIX_BYTES
const TEXT_AT = PREFIX_AT + NONCE_BYTES

/** A derived key serves so many messages, or so long. Random nonces would allow far more; this bounds what one leak costs. */
const PREFIX_MESSAGES = 4096
const PREFIX_MS = 60_000

/** What a sealed text is bound to besides its key: opened under any other, it is refused. */
export interface SealContext {
  /** What it is for, such as `session`. */
  readonly purpose: string
  /** The application that it is for. */
  readonly audience: string
  /** Where it travels: the name of the cookie or header. */
  readonly label: string
}

/** What was opened. */
export interface Opened {
  /** What was given to `seal`. */
  readonly plaintext: Buffer
  /** It was sealed with the key that seals today; otherwise it is time to seal it again. */
  readonly newest: boolean
}

interface RingKey {
  readonly subkey: Subkey
  readonly xaes: XaesKey
  /** The keys under which something was opened lately. */
  readonly opened: PrefixKeys
  readonly header: Buffer
  readonly associated: Buffer
}

/**
 * Seals texts for one purpose in the format `v1`: base64url of version (1 octet), key id (4), XAES-256-GCM nonce (24),
 * ciphertext, tag (16). The key id chooses the key; there is no trial decryption. It is what sealed sessions are made with, for
 * anything else that shall travel unread and unchanged.
 *
 * @example
 * ```ts
 * const sealer = new Sealer(keyRing, { purpose: 'invitation', audience: 'shop', label: 'link' })
 * const opened = sealer.open(sealer.seal(Buffer.from('alice')))
 * opened?.plaintext.toString() // alice
 * ```
 */
export class Sealer {
  readonly #ring: KeyRing
  readonly #context: SealContext
  #keys: readonly RingKey[] = []
  #revision = -1
  #prefix = Buffer.alloc(0)
  #prefixKey: KeyObject | undefined
  #prefixLeft = 0
  #prefixUntil = 0

  /**
   * @param ring The keys: the first one seals, all of them open.
   * @param context What the texts are bound to: none of its members may be empty. The engine's own purpose is `session`.
   * @throws SekishoUsageError `ERR_OPTION`.
   */
  constructor(ring: KeyRing, context: SealContext) {
    if (!(ring instanceof KeyRing)) throw optionError('ring', 'a KeyRing', ring)
    const { purpose, audience, label } = context
    for (const [name, value] of Object.entries({ purpose, audience, label }))
      if (typeof value !== 'string' || value === '') throw optionError(name, 'a text that is not empty', value)
    this.#ring = ring
    this.#context = { purpose, audience, label }
  }

  /** Octets of base64url text that a plaintext of so many octets becomes. */
  static sealedLength(plaintextBytes: number): number {
    return Math.ceil(((plaintextBytes + OVERHEAD) * 4) / 3)
  }

  /** The text that only `open` with the same context and a ring with the same key turns back. */
  seal(plaintext: Buffer): string {
    const { xaes, header, associated } = this.#current()[0]!
    const key = this.#sealingKey(xaes)
    const bytes = Buffer.allocUnsafe(OVERHEAD + plaintext.length)
    bytes.set(header)
    bytes.set(this.#prefix, PREFIX_AT)
    // Random for every message, never a counter: a counter would begin again in a restored process.
    randomFillSync(bytes, SUFFIX_AT, TEXT_AT - SUFFIX_AT)
    const [ciphertext, tag] = encrypt(key, bytes.subarray(SUFFIX_AT, TEXT_AT), { text: plaintext, associated })
    bytes.set(ciphertext, TEXT_AT)
    bytes.set(tag, TEXT_AT + ciphertext.length)
    return bytes.toString('base64url')
  }

  /** What was sealed; `undefined` for anything that is not exactly what `seal` gave, for this context, under a key of the ring. */
  open(text: string): Opened | undefined {
    const bytes = Buffer.from(text, 'base64url')
    if (bytes.length < OVERHEAD || bytes[0] !== VERSION || bytes.toString('base64url') !== text) return undefined
    const keys = this.#current()
    const index = keys.findIndex(({ header }) => header.compare(bytes, 0, HEADER_BYTES) === 0)
    const ringKey = keys[index]
    if (ringKey === undefined) return undefined
    const plaintext = unsealed(ringKey, bytes)
    if (plaintext === undefined) return undefined
    this.#ring.noteOpened(ringKey.subkey.name, this.#context.purpose)
    return { plaintext, newest: index === 0 }
  }

  #sealingKey(xaes: XaesKey): KeyObject {
    const now = performance.now()
    if (this.#prefixKey === undefined || this.#prefixLeft === 0 || now >= this.#prefixUntil) {
      this.#prefix = randomBytes(PREFIX_BYTES)
      this.#prefixKey = xaes.derive(this.#prefix)
      this.#prefixLeft = PREFIX_MESSAGES
      this.#prefixUntil = now + PREFIX_MS
    }
    this.#prefixLeft -= 1
    return this.#prefixKey
  }

  #current(): readonly RingKey[] {
    if (this.#revision === this.#ring.revision) return this.#keys
    this.#revision = this.#ring.revision
    this.#prefixKey = undefined
    this.#keys = this.#ring.subkeys(`seal ${this.#context.purpose}`).map((subkey) => {
      const header = Buffer.concat([Buffer.from([VERSION]), subkey.id])
      const associated = associatedData(header, this.#context)
      return { subkey, xaes: new XaesKey(subkey.key), opened: new PrefixKeys(), header, associated }
    })
    return this.#keys
  }
}

/** A key that is not known is derived, and kept once it has opened something: docs/decisions/017. */
function unsealed({ xaes, opened, associated }: RingKey, bytes: Buffer): Buffer | undefined {
  const prefix = bytes.toString('latin1', PREFIX_AT, SUFFIX_AT)
  const known = opened.get(prefix)
  const key = known ?? xaes.derive(bytes, PREFIX_AT)
  const message = { text: bytes.subarray(TEXT_AT), associated }
  const plaintext = decrypt(key, bytes.subarray(SUFFIX_AT, TEXT_AT), message)
  if (known === undefined && plaintext !== undefined) opened.add(prefix, key)
  return plaintext
}

/** Each part behind its length, so that no two contexts give the same octets. */
function associatedData(header: Buffer, { purpose, audience, label }: SealContext): Buffer {
  const parts = [
    header.subarray(0, 1),
    header.subarray(1),
    Buffer.from(purpose),
    Buffer.from(audience),
    Buffer.from(label),
  ]
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]))
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.length)
  return length
}
