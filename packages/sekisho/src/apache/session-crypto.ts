import { optionError, SekishoUsageError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import { checkCount } from './checks.ts'
import { DerivationQueue } from './derivation-queue.ts'
import { Passphrase } from './passphrase.ts'
import {
  ciphers,
  decryptBytes,
  isAuthentic,
  partsOf,
  sealBytes,
  sealedLength,
  type ApacheCipher,
  type CipherEntry,
  type SealedParts,
} from './sealed-bytes.ts'

/** How sessions are encrypted. */
export interface SessionCryptoOptions {
  /** `SessionCryptoPassphrase`: at least one, none empty. The first one encrypts, all decrypt, in this order. */
  readonly passphrases: readonly (string | Uint8Array)[]
  /** `SessionCryptoCipher`, in Apache's spelling (default: `aes256`). */
  readonly cipher?: ApacheCipher
  /** What the event `old-key` says it was for (default: `apache`). */
  readonly purpose?: string
  /** The longest sealed text that is looked at or made, in characters (default: 8,190, the longest header that Apache takes). */
  readonly maxLength?: number
  /** How many derived keys are kept for each passphrase, some 400 octets each (default: 10,000). */
  readonly cachedKeys?: number
  /** Where keys are derived (default: one queue that the whole process shares). */
  readonly queue?: DerivationQueue
}

/** A session that was decrypted. */
export interface OpenedSession {
  /** The encoded session, for `ApacheSession.decode`. */
  readonly encoded: string
  /** Whether the passphrase that encrypts today had encrypted it; otherwise it is time to write it again. */
  readonly isNewest: boolean
}

/** How much one passphrase is used. */
export interface PassphraseUse {
  /** Its place in the list, `passphrase-1` for the one that encrypts: it tells nothing about the passphrase. */
  readonly keyId: string
  /** How often something was decrypted with it in this process. */
  readonly opened: number
  /** When that happened last, epoch milliseconds; `undefined`: never. */
  readonly lastOpenedAt: number | undefined
}

/** The first one encrypts. */
type Passphrases = readonly [Passphrase, ...Passphrase[]]

const sharedQueue = new DerivationQueue()

/** The letters that an encoded session can have: others come from a key of another cipher, whose padding was right by chance. */
const encodedText = /^[A-Za-z0-9.*_%+&=-]+$/

/**
 * Encrypts sessions as Apache's mod_session_crypto does: what one of the two writes, the other one reads.
 *
 * The format is as strong as its passphrases and no stronger: see docs/guide/apache.md. For sessions that Apache need not
 * read, use sealed sessions.
 *
 * @example
 * ```ts
 * const crypto = new SessionCrypto({ passphrases: [process.env.PASSPHRASE ?? ''] })
 * const sealed = await crypto.seal('user=alice')
 * await crypto.open(sealed) // { encoded: 'user=alice', isNewest: true }
 * ```
 */
export class SessionCrypto {
  readonly #cipher: CipherEntry
  readonly #purpose: string
  readonly #maxLength: number
  readonly #cachedKeys: number
  readonly #queue: DerivationQueue
  #passphrases: Passphrases

  /**
   * @param options The passphrases, and how to use them.
   * @throws SekishoUsageError `ERR_OPTION`, which never shows a passphrase.
   */
  constructor(options: SessionCryptoOptions) {
    const {
      cipher = 'aes256',
      purpose = 'apache',
      maxLength = 8190,
      cachedKeys = 10_000,
      queue = sharedQueue,
    } = options
    this.#cipher = cipherNamed(cipher)
    this.#purpose = purpose
    this.#maxLength = checkCount('maxLength', maxLength)
    this.#cachedKeys = checkCount('cachedKeys', cachedKeys)
    this.#queue = queue
    this.#passphrases = this.#passphrasesOf(options.passphrases, [])
  }

  /** Takes other passphrases at run time; those that stay keep their derived keys. When one is refused, nothing changes. */
  replace(passphrases: readonly (string | Uint8Array)[]): void {
    this.#passphrases = this.#passphrasesOf(passphrases, this.#passphrases)
  }

  /** How much each passphrase is used, in their order. */
  usage(): PassphraseUse[] {
    return this.#passphrases.map(({ opened, lastOpenedAt }, index) => ({ keyId: keyId(index), opened, lastOpenedAt }))
  }

  /**
   * Encrypts an encoded session. An empty one stays empty, as with Apache, so that it removes the cookie.
   *
   * @throws SekishoUsageError `ERR_ARGUMENT` for a text that no session encodes to, or that is too long.
   */
  async seal(encoded: string): Promise<string> {
    if (encoded === '') return ''
    if (!encodedText.test(encoded)) throw argumentError('an encoded session')
    if (sealedLength(this.#cipher, encoded.length) > this.#maxLength) {
      throw argumentError(`short enough for a sealed text of ${this.#maxLength} characters; it has ${encoded.length}`)
    }
    const [newest] = this.#passphrases
    return sealBytes(Buffer.from(encoded), this.#cipher, await newest.sealingKey())
  }

  /**
   * Decrypts a session. Whatever is not exactly what one of the passphrases has sealed gives `undefined`, and the event
   * `rejected`; nothing tells a wrong passphrase from a changed bit.
   *
   * @param sealed What came in the cookie.
   * @throws SekishoError `ERR_CRYPTO_OVERLOADED` when too many sessions wait for keys: not the visitor's fault, so the
   * cookie must be left as it is.
   */
  async open(sealed: string): Promise<OpenedSession | undefined> {
    if (sealed === '') return undefined
    const parts = sealed.length > this.#maxLength ? undefined : partsOf(sealed, this.#cipher)
    const opened = parts === undefined ? undefined : await this.#openParts(parts)
    if (opened === undefined) channels.rejected.publish({ reason: 'unsealable', address: undefined })
    return opened
  }

  /** Authentic first: only what has once been sealed costs a derivation. */
  async #openParts(parts: SealedParts): Promise<OpenedSession | undefined> {
    for (const [index, passphrase] of this.#passphrases.entries()) {
      if (!isAuthentic(parts, passphrase.macKey)) continue
      const encoded = await passphrase.keys.tryKey(parts.salt, (key) => {
        const text = decryptBytes(parts, this.#cipher, key)?.toString('latin1')
        return text !== undefined && encodedText.test(text) ? text : undefined
      })
      if (encoded === undefined) continue
      passphrase.noteOpened()
      if (index > 0) channels['old-key'].publish({ keyId: keyId(index), purpose: this.#purpose })
      return { encoded, isNewest: index === 0 }
    }
    return undefined
  }

  #passphrasesOf(secrets: readonly (string | Uint8Array)[], before: readonly Passphrase[]): Passphrases {
    const expected = 'a list of at least one passphrase'
    if (!Array.isArray(secrets)) throw optionError('passphrases', expected, typeof secrets)
    const [newest, ...others] = secrets.map((given: string | Uint8Array, index) => {
      const secret = octetsOf(given, `passphrases[${index}]`)
      const source = { passphrase: secret, octets: this.#cipher.keyOctets, queue: this.#queue }
      return before.find((one) => one.is(secret)) ?? new Passphrase(source, this.#cachedKeys)
    })
    if (newest === undefined) throw optionError('passphrases', expected, 'an empty one')
    return [newest, ...others]
  }
}

function keyId(index: number): string {
  return `passphrase-${index + 1}`
}

function cipherNamed(name: string): CipherEntry {
  const entry = ciphers.get(name)
  if (entry !== undefined) return entry
  throw optionError('cipher', `one of ${[...ciphers.keys()].join(', ')}`, name)
}

/** Apache holds a passphrase as text that ends at the octet 0. */
function octetsOf(given: string | Uint8Array, option: string): Buffer {
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) {
    throw optionError(option, 'text or octets', typeof given)
  }
  const octets = Buffer.from(given as string)
  if (octets.length === 0) throw optionError(option, 'a passphrase that is not empty', given)
  if (octets.includes(0)) throw optionError(option, 'a passphrase without the octet 0', 'one with it')
  return octets
}

function argumentError(expected: string): SekishoUsageError {
  return new SekishoUsageError('ERR_ARGUMENT', `argument \`encoded\` must be ${expected}`)
}
