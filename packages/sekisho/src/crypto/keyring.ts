import { optionError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import { hkdfSync } from './node.ts'

/** Octets of a key id: enough to tell the keys of one ring apart, and no help in finding them. */
export const KEY_ID_BYTES = 4

const KEY_BYTES = 32
/** The least octets of a secret. */
export const MIN_SECRET_BYTES = 32

/** How much one key of a ring is used. */
export interface KeyUse {
  /** The key's id, 8 hexadecimal digits: derived from the secret, and no help in finding it. */
  readonly keyId: string
  /** Whether it is the key that seals. */
  readonly seals: boolean
  /** How often something was opened with it in this process. */
  readonly opened: number
  /** When that happened last, epoch milliseconds; absent: never. An old key for which it is longer ago than the longest lifetime can go. */
  readonly lastOpenedAt: number | undefined
}

/** One key of a ring for one purpose. */
export interface Subkey {
  /** The id that sealed texts name. */
  readonly id: Buffer
  /** The same, hexadecimal. */
  readonly name: string
  /** 32 octets. */
  readonly key: Buffer
}

interface Entry {
  readonly id: Buffer
  readonly name: string
  readonly secret: Buffer
  opened: number
  lastOpenedAt: number | undefined
}

/**
 * Secrets from which all keys are derived: the first one seals, all of them open. To replace a secret without a single
 * failure, on any number of servers: give every server the ring `[old, new]`, then every server `[new, old]`, and drop
 * `old` when no server has opened anything with it for as long as a session lives ({@link KeyRing.usage}, event `old-key`).
 */
export class KeyRing {
  #entries: readonly Entry[]
  #revision = 0

  /**
   * @param secrets At least one; each at least 32 octets, as octets or as text (taken as UTF-8). `sekisho keygen` makes them.
   */
  constructor(secrets: readonly (string | Uint8Array)[]) {
    this.#entries = entriesOf(secrets, [])
  }

  /** Puts other secrets into the ring at run time. When one of them is refused, the ring stays as it was. */
  replace(secrets: readonly (string | Uint8Array)[]): void {
    this.#entries = entriesOf(secrets, this.#entries)
    this.#revision += 1
  }

  /** How much each key is used, the sealing one first. */
  usage(): KeyUse[] {
    return this.#entries.map(({ name, opened, lastOpenedAt }, index) => ({
      keyId: name,
      seals: index === 0,
      opened,
      lastOpenedAt,
    }))
  }

  /** Grows with every `replace`, so that whoever keeps subkeys knows that they are old. */
  get revision(): number {
    return this.#revision
  }

  /** The keys for a purpose, the sealing one first: HKDF-SHA256 of the secrets, with the purpose as info. */
  subkeys(purpose: string): Subkey[] {
    return this.#entries.map(({ id, name, secret }) => ({
      id,
      name,
      key: derive(secret, `sekisho v1 key ${purpose}`, KEY_BYTES),
    }))
  }

  /** Counts an opening; one with another key than the first raises the event `old-key`. */
  noteOpened(name: string, purpose: string): void {
    const [newest] = this.#entries
    const isOld = newest?.name !== name
    const entry = isOld ? this.#entries.find((one) => one.name === name) : newest
    if (entry === undefined) return
    entry.opened += 1
    entry.lastOpenedAt = Date.now()
    if (isOld) channels['old-key'].publish({ keyId: name, purpose })
  }
}

function entriesOf(secrets: readonly (string | Uint8Array)[], before: readonly Entry[]): Entry[] {
  if (!Array.isArray(secrets) || secrets.length === 0) throw optionError('keys', 'at least one secret', secrets)
  const entries = secrets.map((secret, index) => entryOf(secret, `keys[${index}]`))
  for (const [index, { name }] of entries.entries()) {
    const first = entries.findIndex((entry) => entry.name === name)
    if (first !== index)
      throw optionError(
        `keys[${index}]`,
        `different from keys[${first}], with an id of its own`,
        'one with the same id',
      )
  }
  return entries.map(
    (entry) => before.find(({ name, secret }) => name === entry.name && secret.equals(entry.secret)) ?? entry,
  )
}

function entryOf(secret: string | Uint8Array, option: string): Entry {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) throw optionError(option, 'text or octets', secret)
  const octets = Buffer.from(secret as string)
  if (octets.length < MIN_SECRET_BYTES) {
    const length = `one of ${octets.length}`
    throw optionError(option, `at least ${MIN_SECRET_BYTES} octets of a random secret`, length)
  }
  const id = derive(octets, 'sekisho v1 key id', KEY_ID_BYTES)
  return { id, name: id.toString('hex'), secret: octets, opened: 0, lastOpenedAt: undefined }
}

function derive(secret: Buffer, info: string, octets: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, octets))
}
