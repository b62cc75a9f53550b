import { DerivedKeys, type KeySource } from './derived-keys.ts'
import { createHash, randomBytes } from './primitives-node.ts'
import { SALT_OCTETS, type SealingKey } from './sealed-bytes.ts'

/** A salt serves so many texts, or so long. Each costs a derivation here, and one in every other process that opens such a text. */
const SALT_TEXTS = 4096
const SALT_MS = 300_000

interface Sealing {
  readonly key: Promise<SealingKey>
  readonly until: number
  left: number
}

/** One passphrase, with all that is derived from it. */
export class Passphrase {
  readonly macKey: Buffer
  readonly keys: DerivedKeys
  /** How often something was opened with it. */
  opened = 0
  /** When that happened last, epoch milliseconds. */
  lastOpenedAt: number | undefined
  readonly #secret: Buffer
  #sealing: Sealing | undefined

  /** @param cachedKeys How many derived keys are kept. */
  constructor(source: KeySource, cachedKeys: number) {
    this.#secret = source.passphrase
    this.macKey = createHash('md5').update(source.passphrase).digest()
    this.keys = new DerivedKeys(source, cachedKeys)
  }

  /** Whether it is this passphrase. */
  is(secret: Buffer): boolean {
    return this.#secret.equals(secret)
  }

  /** What to seal the next text with. */
  sealingKey(): Promise<SealingKey> {
    let sealing = this.#sealing
    if (sealing === undefined || sealing.left === 0 || performance.now() >= sealing.until) {
      sealing = { key: this.#newKey(), until: performance.now() + SALT_MS, left: SALT_TEXTS }
      this.#sealing = sealing
    }
    sealing.left -= 1
    return sealing.key
  }

  noteOpened(): void {
    this.opened += 1
    this.lastOpenedAt = Date.now()
  }

  /** Apache takes a random UUID as salt, and any 16 octets when it reads. */
  async #newKey(): Promise<SealingKey> {
    const salt = randomBytes(SALT_OCTETS)
    try {
      return { key: await this.keys.own(salt), salt, macKey: this.macKey }
    } catch (error) {
      this.#sealing = undefined
      throw error
    }
  }
}
