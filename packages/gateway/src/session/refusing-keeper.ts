import { SekishoError } from 'sekisho'
import type { SessionKeeper } from './contract.ts'
import type { SessionCookie } from './session-cookie.ts'

/** Stands in for a keeper that could not be made: nobody is served a page without his session, and no cookie is touched. */
export class RefusingKeeper implements SessionKeeper {
  readonly cacheControl = 'no-cache, private'
  readonly #cookie: SessionCookie
  readonly #why: string

  constructor(cookie: SessionCookie, why: string) {
    this.#cookie = cookie
    this.#why = why
  }

  open(): Promise<never> {
    return Promise.reject(this.#refusal())
  }

  forwardedCookie(cookie: string | undefined): string | undefined {
    return this.#cookie.forwarded(cookie)
  }

  commit(): Promise<never> {
    return Promise.reject(this.#refusal())
  }

  #refusal(): SekishoError {
    return new SekishoError('ERR_STORE_SETUP', `sessions cannot be kept here: ${this.#why}`)
  }
}
