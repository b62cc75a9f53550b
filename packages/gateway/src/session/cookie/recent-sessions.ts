import { ApacheSession } from 'sekisho/apache'
import type { LoginSeal } from './login-seal.ts'
import { dropOwnEntries, type OwnFacts, takeOwnEntries } from './own-entries.ts'

/** A session as it was read from a cookie. Nobody changes it: each request begins with a copy of the content. */
export interface ReadSession {
  /** Without the gateway's own entries. */
  readonly content: ApacheSession
  readonly facts: OwnFacts
}

/** Reads an encoded session, and takes the gateway's own entries out of it. */
export function readSession(encoded: string, seal: LoginSeal): ReadSession {
  const content = ApacheSession.decode(encoded)
  return { content, facts: takeOwnEntries(content, seal) }
}

/** What {@link readSession} would find in a session that has just been encoded, with its own entries known already. */
export function writtenSession(encoded: string, facts: OwnFacts): ReadSession {
  const content = ApacheSession.decode(encoded)
  dropOwnEntries(content)
  return { content, facts }
}

/** So many octets, about, are kept in each of two generations. */
const mostOctets = 4 * 2 ** 20
/** What an entry takes beside its text, about. */
const octetsOfEntry = 200

/**
 * The sessions that were read or written lately, by their sealed text: a browser sends the same text with every request until it
 * is given another one. When the younger generation is full, the older one is forgotten; a session that is asked for again
 * moves into the younger. Only what is authentic may enter, so that forgeries push nothing out.
 */
export class RecentSessions {
  #young = new Map<string, ReadSession>()
  #old = new Map<string, ReadSession>()
  #octets = 0

  get(sealed: string): ReadSession | undefined {
    const young = this.#young.get(sealed)
    if (young !== undefined) return young
    const old = this.#old.get(sealed)
    if (old !== undefined) this.add(sealed, old)
    return old
  }

  add(sealed: string, session: ReadSession): void {
    const octets = 2 * sealed.length + octetsOfEntry * (session.content.size + 1)
    if (this.#octets + octets > mostOctets) {
      this.#old = this.#young
      this.#young = new Map()
      this.#octets = 0
    }
    this.#octets += octets
    this.#young.set(ownText(sealed), session)
  }
}

/** A copy: for a text that was cut from a Cookie header V8 would keep the whole header, however long the visitor has made it. */
function ownText(sealed: string): string {
  return Buffer.from(sealed, 'latin1').toString('latin1')
}
