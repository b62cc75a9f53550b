/**
 * Refuses requests that another site makes in a visitor's name: Fetch Metadata first, `Origin` where a client sends
 * none, and a token in the session for forms that want one.
 *
 * @module
 */
import { randomBytes, timingSafeEqual } from '../crypto/node.ts'
import { optionError, SekishoUsageError } from '../errors.ts'
import type { SessionData, SessionRequest } from '../session/contract.ts'
import type { RequestHeaders } from '../transport/contract.ts'
import { header } from '../transport/request-header.ts'

/** Why a request was refused. */
export type CsrfRefusal = 'cross-site' | 'same-site' | 'foreign-origin' | 'no-origin' | 'token'

/** How requests are judged. */
export interface CsrfOptions {
  /** Origins from which requests are welcome, such as `https://shop.example` (default: only the host that the request names in `Host`). */
  readonly origins?: readonly string[]
  /**
   * Whether other hosts of the same site may send requests (default `false`: a sibling application may be somebody else's).
   * It helps only where the browser says `Sec-Fetch-Site`; for WebSockets and plain http, name them in `origins`.
   */
  readonly allowSameSite?: boolean
  /** Whether a client that sends neither `Sec-Fetch-Site` nor `Origin`, as no browser does with a form, is let through (default `false`). */
  readonly allowNoOrigin?: boolean
  /** How the session keys begin under which secrets of tokens are kept (default `csrf`: keys such as `csrf.k3Fq9ZtA`). */
  readonly key?: string
}

/** Judges requests, and makes the tokens for forms. */
export interface CsrfGuard {
  /**
   * Judges where a request comes from. Safe methods pass, except a WebSocket handshake.
   *
   * @returns `undefined` when it may go on, else the reason to refuse it (status 403).
   */
  check(request: SessionRequest): CsrfRefusal | undefined
  /**
   * The token for a form: another text each time (masked against compression attacks), good until the next login or
   * logout. Stores a secret in the session when there is none yet, so it is to be called before the answer begins: throws
   * `ERR_SESSION_COMMITTED` when a secret can no longer be stored.
   */
  token<Data extends object>(session: SessionData<Data>): string
  /**
   * Judges the token that came with a form or header.
   *
   * @returns `undefined` when it belongs to the session, else `token`.
   */
  checkToken<Data extends object>(session: SessionData<Data>, presented: unknown): CsrfRefusal | undefined
}

const SECRET_BYTES = 32
/** A mask and the secret under it, in base64url. */
const TOKEN_CHARACTERS = 86
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Makes a guard. Where TLS ends in front of the application, the proxy must pass `Host` on as it came, or `origins`
 * must say what the application's origin is. Over plain http to another name than `localhost` browsers send `Origin` only,
 * and a page with `Referrer-Policy: no-referrer` has none there.
 *
 * @throws SekishoUsageError `ERR_OPTION` for an origin that is none, or a `key` that cannot be one.
 *
 * @example
 * ```ts
 * const csrf = csrfGuard()
 * if (csrf.check(request) !== undefined) return new Response('Forbidden', { status: 403 })
 * ```
 */
export function csrfGuard(options: CsrfOptions = {}): CsrfGuard {
  const { allowSameSite = false, allowNoOrigin = false, key = 'csrf' } = options
  const origins = checkedOrigins(options.origins ?? [])
  if (typeof key !== 'string' || key === '') throw optionError('key', 'the beginning of a session key', key)
  const prefix = `${key}.`
  return Object.freeze<CsrfGuard>({
    check({ method = 'GET', headers }) {
      if (SAFE.has(method.toUpperCase()) && !isWebSocket(headers)) return undefined
      const site = header(headers, 'sec-fetch-site')
      const origin = header(headers, 'origin')
      if (origin !== undefined && origins.has(origin)) return undefined
      if (site === 'same-origin' || site === 'none') return undefined
      if (site === 'same-site') return allowSameSite ? undefined : 'same-site'
      if (site !== undefined) return 'cross-site'
      if (origin === undefined) return allowNoOrigin ? undefined : 'no-origin'
      return isOwnHost(origin, header(headers, 'host')) ? undefined : 'foreign-origin'
    },
    token: (session) => masked(secretsOf(session, prefix)[0] ?? newSecret(session, prefix)),
    checkToken(session, presented) {
      const mine = typeof presented === 'string' ? unmasked(presented) : undefined
      if (mine === undefined) return 'token'
      return secretsOf(session, prefix).some((secret) => timingSafeEqual(mine, secret)) ? undefined : 'token'
    },
  })
}

/** The guard's own keys in the application's data; the application's type need not know of them. */
interface TokenData {
  keys(): string[]
  get(key: string): unknown
  set(key: string, value: string): void
  has(key: string): boolean
}

/**
 * One as a rule. Each has a key of its own, because requests that overlap before there is one make one each, and the
 * pages of all of them shall work.
 */
function secretsOf(session: object, prefix: string): Buffer[] {
  const data = session as TokenData
  return data.keys().flatMap((key) => {
    const kept = key.startsWith(prefix) ? data.get(key) : undefined
    const secret = typeof kept === 'string' ? Buffer.from(kept, 'base64url') : undefined
    return secret?.length === SECRET_BYTES ? [secret] : []
  })
}

function newSecret(session: object, prefix: string): Buffer {
  const data = session as TokenData
  const secret = randomBytes(SECRET_BYTES)
  const key = `${prefix}${randomBytes(6).toString('base64url')}`
  data.set(key, secret.toString('base64url'))
  if (data.has(key)) return secret
  throw new SekishoUsageError(
    'ERR_SESSION_COMMITTED',
    'the secret of a form token has to be stored, and the answer has begun; call `token` earlier',
  )
}

/** A fresh mask and the secret under it: no two pages show the same octets to an attacker who measures their compression. */
function masked(secret: Buffer): string {
  const mask = randomBytes(SECRET_BYTES)
  return Buffer.concat([mask, xor(mask, secret)]).toString('base64url')
}

/** @returns The secret that a token claims, if it has the form of one. */
function unmasked(token: string): Buffer | undefined {
  if (token.length !== TOKEN_CHARACTERS) return undefined
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== 2 * SECRET_BYTES) return undefined
  return xor(bytes.subarray(0, SECRET_BYTES), bytes.subarray(SECRET_BYTES))
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((octet, index) => octet ^ (b[index] ?? 0)))
}

/** A WebSocket handshake is a GET with the visitor's cookies, from whatever page; Chromium sends only `Origin` with it. */
function isWebSocket(headers: RequestHeaders): boolean {
  const upgrade = header(headers, 'upgrade')
  return upgrade !== undefined && upgrade.split(',').some((name) => name.trim().toLowerCase() === 'websocket')
}

/** The scheme is not compared: behind a proxy the application does not know its own. */
function isOwnHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && isOrigin(origin) && new URL(origin).host === host.toLowerCase()
}

/** Whether a text is an origin as browsers write it, and not the opaque `null`. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

function checkedOrigins(origins: unknown): ReadonlySet<string> {
  const expected = 'a list of origins such as https://shop.example, without a path'
  if (!Array.isArray(origins)) throw optionError('origins', expected, origins)
  for (const origin of origins) {
    if (typeof origin !== 'string' || !isOrigin(origin)) throw optionError('origins', expected, origin)
  }
  return new Set(origins)
}
