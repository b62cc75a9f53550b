import type { KeyRing } from 'sekisho'
import type { Login } from '../held-session.ts'
import { Signer } from 'sekisho/sign'

/**
 * Signs who is logged in, for sessions that travel in a cookie: a cookie without a passphrase can be written by everybody, and
 * one with a passphrase by whoever else has it, such as an Apache whose apps fill the same session.
 */
export class LoginSeal {
  readonly #signer: Signer

  constructor(keyRing: KeyRing) {
    this.#signer = new Signer(keyRing, 'gateway login')
  }

  /** The login as text that a session holds without escapes. */
  seal({ user, at, bound }: Login): string {
    const content = Buffer.from(JSON.stringify([user, at, bound])).toString('base64url')
    return `${content}.${this.#signer.sign(content)}`
  }

  /** The login that a text was made of; undefined for anything that was not sealed here. */
  open(text: string | undefined): Login | undefined {
    const [content = '', signature = '', ...more] = text?.split('.') ?? []
    if (more.length > 0 || content === '' || !this.#signer.believes(content, signature)) return undefined
    const json = Buffer.from(content, 'base64url').toString()
    const [user, at, bound] = JSON.parse(json) as [string, number, string | null]
    return { user, at, bound: bound ?? undefined }
  }
}
