import type { ApacheCipher } from 'sekisho/apache'

/** What the directives of mod_session, mod_session_cookie and mod_session_crypto say about one place of a site. */
export interface SessionTerms {
  readonly on: boolean
  readonly cookie: NamedCookie
  readonly remove: boolean
  /** Seconds; 0: sessions do not end. */
  readonly maxAge: number
  /** Seconds. */
  readonly interval: number
  readonly header: string | undefined
  readonly env: boolean
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** The first one seals; none: sessions stand in the cookie as they are. */
  readonly passphrases: readonly string[]
  readonly cipher: ApacheCipher
}

export interface NamedCookie {
  readonly name: string
  /** Verbatim. */
  readonly attributes: string
}

/** What one section says. */
export type Said = Partial<SessionTerms>

/** What holds where no directive says anything, but that a cookie has to have a name. */
export const unsaid: SessionTerms = {
  on: false,
  cookie: { name: 'unnamed', attributes: '' },
  remove: false,
  maxAge: 0,
  interval: 0,
  header: undefined,
  env: false,
  include: [],
  exclude: [],
  passphrases: [],
  cipher: 'aes256',
}

/** A section on top of what held before: prefixes are added, all else is replaced. */
export function merged(before: SessionTerms, said: Said): SessionTerms {
  return {
    ...before,
    ...said,
    include: [...before.include, ...(said.include ?? [])],
    exclude: [...before.exclude, ...(said.exclude ?? [])],
  }
}

/** Whether a path has a session. @param path Decoded and normalized. */
export function hasSession({ on, include, exclude }: SessionTerms, path: string): boolean {
  const isIn = (prefix: string): boolean => path.startsWith(prefix)
  return on && (include.length === 0 || include.some(isIn)) && !exclude.some(isIn)
}

const flag = (on: boolean): string => (on ? 'On' : 'Off')

/** The directives of a section. */
export function directivesFor(said: Said): string[] {
  const lines: string[] = []
  if (said.on !== undefined) lines.push(`Session ${flag(said.on)}`)
  if (said.cookie !== undefined) lines.push(`SessionCookieName ${said.cookie.name} ${said.cookie.attributes}`.trimEnd())
  if (said.remove !== undefined) lines.push(`SessionCookieRemove ${flag(said.remove)}`)
  if (said.maxAge !== undefined) lines.push(`SessionMaxAge ${said.maxAge}`)
  if (said.interval !== undefined) lines.push(`SessionExpiryUpdateInterval ${said.interval}`)
  if (said.header !== undefined) lines.push(`SessionHeader ${said.header}`)
  if (said.env !== undefined) lines.push(`SessionEnv ${flag(said.env)}`)
  for (const prefix of said.include ?? []) lines.push(`SessionInclude ${prefix}`)
  for (const prefix of said.exclude ?? []) lines.push(`SessionExclude ${prefix}`)
  if (said.passphrases !== undefined && said.passphrases.length > 0)
    lines.push(`SessionCryptoPassphrase ${said.passphrases.map((text) => `"${text}"`).join(' ')}`)
  if (said.cipher !== undefined) lines.push(`SessionCryptoCipher ${said.cipher}`)
  return lines
}
