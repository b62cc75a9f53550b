import type { KeyRing } from 'sekisho'
import type { OpenedSession } from 'sekisho/apache'
import { Sealer } from 'sekisho/seal'
import type { Awaitable } from '../lib/awaitable.ts'
import type { SectionTerms } from './section-terms.ts'

/** Turns session strings into texts that nobody reads or changes, and back. */
export interface SessionSeal {
  seal(encoded: string): Awaitable<string>
  /** @returns Undefined for what was not sealed here. */
  open(sealed: string): Awaitable<OpenedSession | undefined>
}

/** What a section seals with; undefined without passphrases. */
export async function sealOf({ policy, passphrases, state }: SectionTerms): Promise<SessionSeal | undefined> {
  if (passphrases.length === 0) return undefined
  const { cipher, cookie } = policy
  if (cipher !== 'xaes256') return state.passphrases.crypto({ cipher, passphrases })
  return new OwnSeal(await state.passphrases.keyRing(passphrases), cookie.name)
}

/** The library's sealed format, for `SessionCryptoCipher xaes256`. */
class OwnSeal implements SessionSeal {
  readonly #sealer: Sealer

  constructor(keyRing: KeyRing, label: string) {
    this.#sealer = new Sealer(keyRing, { purpose: 'session string', audience: 'gateway', label })
  }

  seal(encoded: string): string {
    return this.#sealer.seal(Buffer.from(encoded, 'latin1'))
  }

  open(sealed: string): OpenedSession | undefined {
    const opened = this.#sealer.open(sealed)
    return opened && { encoded: opened.plaintext.toString('latin1'), isNewest: opened.newest }
  }
}
