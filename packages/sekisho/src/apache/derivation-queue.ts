import { SekishoError } from '../errors.ts'
import { checkCount } from './checks.ts'
import { pbkdf2InThread } from './primitives-node.ts'

/** Rounds of PBKDF2, which Apache has fixed. */
const ROUNDS = 4096

/** How much of a machine the derivation of keys may take. */
export interface DerivationLimits {
  /** So many run at once (default: 2, half of the threads that Node has for them, for files and for names of hosts). */
  readonly running?: number
  /** So many wait for their turn; what comes then is refused (default: 256, which take about half a second). */
  readonly waiting?: number
}

/** One key to derive. */
export interface Derivation {
  /** The passphrase. */
  readonly passphrase: Buffer
  /** 16 octets. */
  readonly salt: Buffer
  /** How long the key is. */
  readonly octets: number
}

/**
 * Derives keys by PBKDF2, each some milliseconds of work in Node's pool of threads, and never more of them at once than leaves
 * threads for everything else. Everybody in a process should share one: that is the default of `SessionCrypto`.
 */
export class DerivationQueue {
  readonly #maxRunning: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  /**
   * @param limits How many at once.
   * @throws SekishoUsageError `ERR_OPTION` for a limit that is no whole number from 1 on.
   */
  constructor({ running = 2, waiting = 256 }: DerivationLimits = {}) {
    this.#maxRunning = checkCount('running', running)
    this.#maxWaiting = checkCount('waiting', waiting)
  }

  /**
   * Derives a key, when its turn has come.
   *
   * @param derivation What from.
   * @param isUrgent Whether it goes before all that wait, and is never refused: for keys that no client can ask for.
   * @throws SekishoError `ERR_CRYPTO_OVERLOADED` when too many wait.
   */
  async derive({ passphrase, salt, octets }: Derivation, isUrgent: boolean = false): Promise<Buffer> {
    if (this.#running < this.#maxRunning) this.#running += 1
    else await this.#turn(isUrgent)
    try {
      return await pbkdf2InThread(passphrase, salt, ROUNDS, octets, 'sha1')
    } finally {
      this.#handOver()
    }
  }

  #turn(isUrgent: boolean): Promise<void> {
    if (!isUrgent && this.#waiting.length >= this.#maxWaiting) throw overloaded(this.#waiting.length)
    return new Promise((resolve) => {
      if (isUrgent) this.#waiting.unshift(resolve)
      else this.#waiting.push(resolve)
    })
  }

  /** Whoever waits takes the place of the one that ended, so that nobody who comes meanwhile can. */
  #handOver(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }
}

function overloaded(waiting: number): SekishoError {
  const message = `a session was not decrypted: ${waiting} others already wait for their keys to be derived`
  return new SekishoError('ERR_CRYPTO_OVERLOADED', message)
}
