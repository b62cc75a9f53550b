import type { KeyRing } from 'sekisho'
import { Signer } from 'sekisho/sign'

/** Whose login counts where. */
export interface LoginScope {
  readonly user: string
  /** AuthName. */
  readonly realm: string
  /** AuthFormSitePassphrase. */
  readonly passphrase: string | undefined
}

/**
 * Binds a login that a session remembers to where and by what it was made: the user, the realm, the site's passphrase, and the
 * stored password of that day. A new password, a new passphrase or another realm, and the login counts no longer. No password is in it.
 */
export class LoginBinding {
  readonly #signer: Signer

  constructor(keyRing: KeyRing) {
    this.#signer = new Signer(keyRing, 'gateway login binding')
  }

  /** What the session is to hold beside the user. @param stored What the password file keeps for the user. */
  bind(scope: LoginScope, stored: string): string {
    return `${this.#signer.sign(textOf(scope))}.${this.#signer.sign(passwordText(stored))}`
  }

  /** Whether a login still counts. @param stored Undefined when it cannot be asked for: then it is taken for unchanged. */
  holds(bound: string, scope: LoginScope, stored: string | undefined): boolean {
    const [place = '', password = ''] = bound.split('.')
    const isHere = this.#signer.believes(textOf(scope), place)
    return isHere && (stored === undefined || this.#signer.believes(passwordText(stored), password))
  }
}

function textOf({ user, realm, passphrase }: LoginScope): string {
  return JSON.stringify(['scope', user, realm, passphrase ?? null])
}

function passwordText(stored: string): string {
  return JSON.stringify(['password', stored])
}
