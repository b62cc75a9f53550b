import { createHash } from 'node:crypto'
import type { KeyRing } from 'sekisho'
import { Signer } from 'sekisho/sign'

/** A visitor's cookie before anything is stored for him: a token that no session has yet. */
export interface StartMark {
  readonly carrier: string
  /** The address that its session will have. */
  readonly address: string
  /** When the cookie was made, in seconds since 1970. */
  readonly issuedAt: number
}

/**
 * Signs the cookies of sessions that have begun and hold nothing: `token.time.signature`. They cost no store call, and a first
 * write stores the session under their token. The signature is what keeps a visitor from choosing the token.
 */
export class StartMarks {
  readonly #signer: Signer

  constructor(keyRing: KeyRing) {
    this.#signer = new Signer(keyRing, 'gateway started session')
  }

  /** The value of a cookie. @param cookie The name of the cookie, so that no value passes under another one. */
  make(cookie: string, carrier: string, issuedAt: number): string {
    const content = `${carrier}.${issuedAt.toString(36)}`
    return `${content}.${this.#signer.sign(`${cookie}\n${content}`)}`
  }

  /** What was signed; undefined for anything else. */
  read(cookie: string, value: string): StartMark | undefined {
    const [, content = '', carrier = '', time = '', signature = ''] = form.exec(value) ?? []
    if (content === '' || !this.#signer.believes(`${cookie}\n${content}`, signature)) return undefined
    return { carrier, address: addressOf(carrier), issuedAt: Number.parseInt(time, 36) }
  }
}

const form = /^(([\w-]{64})\.([0-9a-z]{1,10}))\.([\w-]{43})$/

/** The address of the session of a token: the SHA-256 of its first 16 octets, which say where the session is and prove nothing. */
export function addressOf(carrier: string): string {
  return createHash('sha256').update(Buffer.from(carrier, 'base64url').subarray(0, 16)).digest('hex')
}
