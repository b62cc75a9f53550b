import { type ApacheCipher, SessionCrypto } from 'sekisho/apache'

/** A session as text, taken apart: what visitor and app put there, and what a server adds. */
export interface SeenSession {
  /** `key=value`, encoded, in their order. */
  readonly entries: readonly string[]
  /** Seconds since 1970; undefined: it does not end. */
  readonly expiry: number | undefined
  /** Whom the gateway has logged in with it. */
  readonly user: string | undefined
  /** Whether it has an id, which the gateway keeps for SessionHeader. */
  readonly hasId: boolean
}

/** A session without anything in it. */
export const blank: SeenSession = { entries: [], expiry: undefined, user: undefined, hasId: false }

/** Takes apart what a server has encoded. */
export function sessionIn(encoded: string): SeenSession {
  const pairs = encoded.split('&').filter((pair) => pair !== '')
  const of = (key: string): string | undefined =>
    pairs.findLast((pair) => pair.startsWith(`${key}=`))?.slice(key.length + 1)
  const expiry = of('expiry')
  const login = of('sekisho-login')
  return {
    entries: pairs
      .filter((pair) => !/^(?:expiry|sekisho-id|sekisho-login)=/.test(pair))
      // Another spelling of that key has its time, once there is one.
      .map((pair) => pair.replace(/^(expiry)=\d{16}$/i, '$1=*')),
    expiry: expiry === undefined ? undefined : Number(expiry) / 1e6,
    user: login === undefined ? undefined : userOf(login),
    hasId: of('sekisho-id') !== undefined,
  }
}

/** The user that a login names before its signature. */
function userOf(login: string): string {
  const [content = ''] = login.split('.')
  const [user] = JSON.parse(Buffer.from(content, 'base64url').toString()) as [string]
  return user
}

/** A session as the real server would write it. */
export function encodedSession({ entries, expiry }: Pick<SeenSession, 'entries' | 'expiry'>): string {
  const time = expiry === undefined ? [] : [`expiry=${Math.round(expiry * 1e6)}`]
  return [...entries, ...time].join('&')
}

/** A text that was opened. */
export interface Opened {
  readonly text: string
  /** The place of the passphrase in the list; undefined: it was not sealed. */
  readonly by: number | undefined
}

/** Seals and opens cookies. Keys are derived once for all tests. */
export class Sealing {
  readonly #known = new Map<string, SessionCrypto>()

  /** @param passphrases None: what was not sealed. @returns Undefined for what none of them has sealed. */
  async open(value: string, cipher: ApacheCipher, passphrases: readonly string[]): Promise<Opened | undefined> {
    if (passphrases.length === 0) return { text: value, by: undefined }
    for (const [by, passphrase] of passphrases.entries()) {
      const opened = await this.#crypto(cipher, passphrase).open(value)
      if (opened !== undefined) return { text: opened.encoded, by }
    }
    return undefined
  }

  /** @param passphrase Undefined: it is not sealed. */
  async seal(text: string, cipher: ApacheCipher, passphrase: string | undefined): Promise<string> {
    return passphrase === undefined ? text : this.#crypto(cipher, passphrase).seal(text)
  }

  #crypto(cipher: ApacheCipher, passphrase: string): SessionCrypto {
    const key = `${cipher} ${passphrase}`
    const known = this.#known.get(key) ?? new SessionCrypto({ passphrases: [passphrase], cipher })
    this.#known.set(key, known)
    return known
  }
}
