import { randomBytes, type KeyObject } from './node.ts'
import { KEY_ID_BYTES, type KeyRing } from './keyring.ts'
import { decrypt, encrypt, NONCE_BYTES, PREFIX_BYTES, TAG_BYTES, XaesKey } from './xaes.ts'

/** The format's first octets: nothing that a codec writes as text begins like this. */
const MAGIC = Buffer.from([0xff, 0x53, 0x01])
const HEADER_BYTES = MAGIC.length + 2 + KEY_ID_BYTES

/**
 * `keyring`: the server's keys open every payload. `carrier`: the visitor's secret is needed as well, so that neither a
 * dump with the server's keys nor a stolen cookie without the server opens anything.
 */
export type VaultMode = 'keyring' | 'carrier'

/** What a payload belongs to: opened with anything else, it is refused. */
export interface PayloadContext {
  /** The address of its record. */
  readonly address: string
  /** The user that the record names. */
  readonly principal: string | undefined
  /** The record's times; or, while only the store knows them, an instant that its absolute deadline will not exceed. */
  readonly times: PayloadTimes | { readonly notAfter: number }
}

/** The times that a payload is bound to, epoch milliseconds on the store's clock. */
export interface PayloadTimes {
  readonly createdAt: number
  readonly absoluteDeadline: number
}

/** The visitor's part of a key. */
export interface KeyHolder {
  /** 32 octets that nobody has without the visitor's secret. */
  deriveKey(salt: Buffer, info: string): Buffer
}

/** Where a payload was found: all of it is known. */
export interface OpenContext extends PayloadContext {
  readonly times: PayloadTimes
}

type Associated = Omit<PayloadContext, 'times'> & { readonly times: PayloadContext['times'] | undefined }

const INSTANT_BYTES = 8

interface VaultKey {
  readonly name: string
  readonly id: Buffer
  readonly secret: Buffer
  readonly xaes: XaesKey
}

/**
 * Encrypts payloads at rest: magic (2 octets), version, mode, whether times are bound, key id (4), XAES-256-GCM nonce
 * (24), ciphertext, tag (16). Address, user and times are authenticated, so no row passes for another one.
 */
export class Vault {
  readonly mode: VaultMode
  readonly #ring: KeyRing
  readonly #audience: Buffer
  #keys: readonly VaultKey[] = []
  #revision = -1

  constructor(ring: KeyRing, mode: VaultMode, audience: string) {
    this.mode = mode
    this.#ring = ring
    this.#audience = Buffer.from(audience)
  }

  seal(payload: Uint8Array, holder: KeyHolder, context: PayloadContext): Uint8Array {
    const key = this.#current()[0]!
    const limit = 'notAfter' in context.times ? instant(context.times.notAfter) : Buffer.alloc(0)
    const flags = Buffer.from([modeOctet(this.mode), limit.length === 0 ? 1 : 0])
    const header = Buffer.concat([MAGIC, flags, key.id])
    const nonce = randomBytes(NONCE_BYTES)
    const sealing = this.#keyFor(key, nonce, holder, context.address)
    const associated = this.#associated(header, context)
    const sealed = encrypt(sealing, nonce.subarray(PREFIX_BYTES), { text: Buffer.concat([limit, payload]), associated })
    return Buffer.concat([header, nonce, ...sealed])
  }

  /** The payload; `undefined` for anything that was not sealed for exactly this context, with a key of the ring. */
  open(sealed: Uint8Array, holder: KeyHolder, context: OpenContext): Uint8Array | undefined {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
    if (!isSealed(sealed) || bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES) return undefined
    const [mode, bound] = bytes.subarray(MAGIC.length)
    const header = bytes.subarray(0, HEADER_BYTES)
    const key = this.#current().find(({ id }) => id.equals(header.subarray(-KEY_ID_BYTES)))
    if (key === undefined || mode !== modeOctet(this.mode)) return undefined
    const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
    const associated = this.#associated(header, bound === 1 ? context : { ...context, times: undefined })
    const text = bytes.subarray(HEADER_BYTES + NONCE_BYTES)
    const opening = this.#keyFor(key, nonce, holder, context.address)
    const payload = decrypt(opening, nonce.subarray(PREFIX_BYTES), { text, associated })
    if (payload === undefined) return undefined
    this.#ring.noteOpened(key.name, 'at rest')
    if (bound === 1) return payload
    return payload.readDoubleLE() >= context.times.absoluteDeadline ? payload.subarray(INSTANT_BYTES) : undefined
  }

  #keyFor({ xaes, secret }: VaultKey, nonce: Buffer, holder: KeyHolder, address: string): KeyObject {
    if (this.mode === 'keyring') return xaes.derive(nonce.subarray(0, PREFIX_BYTES))
    const own = new XaesKey(holder.deriveKey(secret, `sekisho v1 at rest ${address}`))
    return own.derive(nonce.subarray(0, PREFIX_BYTES))
  }

  #associated(header: Buffer, { address, principal, times }: Associated): Buffer {
    const user = principal === undefined ? [] : [Buffer.from(principal)]
    const bound =
      times === undefined || 'notAfter' in times ? [] : [Buffer.from(`${times.createdAt} ${times.absoluteDeadline}`)]
    const parts = [header, this.#audience, Buffer.from(address), Buffer.concat(user), Buffer.concat(bound)]
    const lengths = Buffer.from([user.length, ...parts.map((part) => part.length).flatMap(octetsOf)])
    return Buffer.concat([lengths, ...parts])
  }

  #current(): readonly VaultKey[] {
    if (this.#revision === this.#ring.revision) return this.#keys
    this.#revision = this.#ring.revision
    this.#keys = this.#ring
      .subkeys(`at rest ${this.mode}`)
      .map(({ id, name, key }) => ({ id, name, secret: key, xaes: new XaesKey(key) }))
    return this.#keys
  }
}

/** Whether a payload is encrypted at all. */
export function isSealed(payload: Uint8Array): boolean {
  return MAGIC.every((octet, index) => payload[index] === octet)
}

function instant(time: number): Buffer {
  const octets = Buffer.alloc(INSTANT_BYTES)
  octets.writeDoubleLE(time)
  return octets
}

function modeOctet(mode: VaultMode): number {
  return mode === 'keyring' ? 1 : 2
}

function octetsOf(length: number): number[] {
  return [length >>> 24, length >>> 16, length >>> 8, length].map((part) => part & 0xff)
}
