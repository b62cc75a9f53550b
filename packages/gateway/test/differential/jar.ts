import { isDeepStrictEqual } from 'node:util'
import type { Reply } from './client.ts'
import type { Seen, SeenCookie } from './observation.ts'
import type { Bringing, CookieSpelling, Secrets } from './scenario.ts'
import { encodedSession, type Sealing } from './session-text.ts'
import type { SessionTerms } from './terms.ts'

/** A cookie, as each of the two servers has set it. */
interface Held {
  readonly theirs: string
  readonly mine: string
  /** Somebody is logged in with it, of which each server knows in its own way. */
  readonly hasLogin: boolean
  /** What the real server keeps of that: entries of the session. */
  readonly login: readonly string[]
}

/** Values of the session's cookie, for each of the two servers. */
export interface Brought {
  readonly theirs: readonly string[]
  readonly mine: readonly string[]
}

/** The session cookies of a visitor of both servers. */
export class Jar {
  readonly #sealing: Sealing
  readonly #secrets: Secrets
  readonly #held = new Map<string, Held>()

  constructor(sealing: Sealing, secrets: Secrets) {
    this.#sealing = sealing
    this.#secrets = secrets
  }

  /** The cookie of a place, in the way in which a visit is to bring it. */
  async bring(bringing: Bringing, terms: SessionTerms): Promise<Brought> {
    const held = this.#held.get(terms.cookie.name)
    const own: Brought = {
      theirs: held === undefined ? [] : [held.theirs],
      mine: held === undefined ? [] : [held.mine],
    }
    const both = (values: readonly string[]): Brought => ({ theirs: values, mine: values })
    switch (bringing.how) {
      case 'own':
        return own
      case 'crossed':
        return held === undefined || held.hasLogin ? own : { theirs: own.mine, mine: own.theirs }
      case 'none':
        return both([])
      case 'tampered':
        return held === undefined || held.hasLogin ? own : both([tampered(held.theirs, bringing)])
      case 'twice':
        return {
          theirs: own.theirs.flatMap((value) => [value, bringing.other ?? value]),
          mine: own.mine.flatMap((value) => [value, bringing.other ?? value]),
        }
      case 'forged':
        return both([await this.#forged(bringing.content, terms, bringing.passphrase)])
      default:
        return bringing satisfies never
    }
  }

  /** All cookies but the one with a name: `name=value`. */
  others(name: string, whose: keyof Brought): string[] {
    return [...this.#held].filter(([other]) => other !== name).map(([other, held]) => `${other}=${held[whose]}`)
  }

  /** A Cookie header, with a word in the place of what only one of the servers has set. */
  alike(header: string): string {
    const pieces = header.split(/([;,]\s*)/)
    return pieces.map((piece) => this.#word(piece) ?? piece).join('')
  }

  /**
   * Keeps what the answers have set.
   *
   * @param expected What both are taken to have set.
   * @param theirs What the real server has set, and `replies` in which words.
   */
  async take(expected: Seen, theirs: Seen, replies: Readonly<Record<'theirs' | 'mine', Reply>>): Promise<void> {
    for (const cookie of expected.sessionCookies) {
      const { name, content } = cookie
      if (content === 'removed') this.#held.delete(name)
      if (typeof content === 'string') continue
      const said = theirs.sessionCookies.findLast((one) => one.name === name)?.content
      const own = typeof said === 'object' ? said.entries : []
      const hasLogin = content.user !== undefined
      const login = own.some(isLogin) ? own.filter(isLogin) : (this.#held.get(name)?.login ?? [])
      const entries = [...content.entries, ...(hasLogin ? login : [])]
      const text = isDeepStrictEqual(entries.toSorted(), own.toSorted()) ? valueIn(replies.theirs, name) : undefined
      const resealed = () =>
        this.#sealing.seal(encodedSession({ ...content, entries }), this.#secrets.cipher, this.#by(cookie))
      this.#held.set(name, {
        theirs: text ?? (await resealed()),
        mine: valueIn(replies.mine, name) ?? '',
        hasLogin,
        login: hasLogin ? login : [],
      })
    }
  }

  #word(piece: string): string | undefined {
    const name = piece.slice(0, piece.indexOf('='))
    const { theirs, mine } = this.#held.get(name) ?? {}
    const value = piece.slice(name.length + 1)
    return theirs !== mine && (value === theirs || value === mine) ? `${name}=<what it has set>` : undefined
  }

  #by({ sealedBy }: SeenCookie): string | undefined {
    return sealedBy === undefined ? undefined : this.#secrets.passphrases[sealedBy]
  }

  #forged(content: string, { passphrases }: SessionTerms, passphrase: number): Promise<string> {
    const text = content.replaceAll(/\{NOW([+-]\d+)\}/g, (_, seconds: string) =>
      String((Date.now() + Number(seconds) * 1000) * 1000),
    )
    const known = passphrases.length === 0 ? undefined : (passphrases[passphrase] ?? 'of no server')
    return this.#sealing.seal(text, this.#secrets.cipher, known)
  }
}

/** The Cookie header of a visit. */
export function cookieHeader(
  { before, after, separator }: CookieSpelling,
  others: readonly string[],
  own: readonly string[],
): string | undefined {
  const pieces = [...before, ...own, ...after, ...others]
  return pieces.length === 0 ? undefined : pieces.join(separator)
}

/** The real server keeps who is logged in, and the password, among the entries. */
function isLogin(entry: string): boolean {
  return /^[^=]*-(?:user|pw|site)=/.test(entry)
}

function valueIn({ fields }: Reply, name: string): string | undefined {
  const line = fields.findLast(([field, value]) => field.toLowerCase() === 'set-cookie' && value.startsWith(`${name}=`))
  return line?.[1].slice(name.length + 1).split(';', 1)[0]
}

function tampered(text: string, { at, by }: Bringing & { how: 'tampered' }): string {
  const place = Math.min(text.length - 1, Math.floor(at * text.length))
  const [before, letter, after] = [text.slice(0, place), text[place] ?? '', text.slice(place + 1)]
  if (by === 'cut') return before
  return by === 'insert' ? `${before}x${letter}${after}` : `${before}${letter === 'A' ? 'B' : 'A'}${after}`
}
