import { KeyRing } from '../crypto/keyring.ts'
import { Sealer } from '../crypto/seal.ts'
import { optionError } from '../errors.ts'
import type { SessionStore } from '../store/contract.ts'
import { chunkedCookieTransport, MAX_CHUNKS, type ChunkedTransport } from '../transport/chunked-cookie.ts'
import { resolveCookie } from '../transport/cookie-options.ts'
import type { CookieOptions } from '../transport/cookie.ts'
import { resolveSweep, type ResolvedOptions, type SweepOptions } from './options.ts'
import {
  checkStore,
  positive,
  resolveCookieOption,
  resolveShared,
  type ResolvedShared,
  type SharedOptions,
} from './shared-options.ts'

/** The cookie, or cookies, of a sealed session. */
export interface SealedCookieOptions extends CookieOptions {
  /**
   * In how many cookies of 4,096 octets a long session may travel (default 1: what does not fit is an error). Servers
   * limit all headers of a request together, Node to 16 KiB, so three is the most that is safe everywhere.
   */
  readonly chunks?: number
}

/** What `defineSealedSession` takes. */
export interface SealedSessionOptions<Data extends object> extends SharedOptions<Data> {
  /** The keys: the first one seals, all of them open. */
  readonly keyRing: KeyRing
  /** The cookie (default `__Host-sid; Path=/; Secure; HttpOnly; SameSite=Lax`, one of them). */
  readonly cookie?: SealedCookieOptions
  /**
   * Where ended sessions are remembered for as long as they could have lived: any session store, such as a file store. It
   * is asked when a session is opened, and again before a cookie is sent.
   */
  readonly revocations?: SessionStore
  /**
   * Allows `login` without `revocations`. A copy of the cookie then stays good until it expires, whatever logout and
   * `admin` do (default `false`: `login` throws).
   */
  readonly acceptUnrevocable?: boolean
  /** How the revocation store is swept; `false`: not by this process. */
  readonly sweep?: SweepOptions | false
}

/** The options, checked and complete. */
export interface ResolvedSealedOptions extends ResolvedShared, Pick<ResolvedOptions, 'sweep'> {
  readonly transport: ChunkedTransport
  readonly sealer: Sealer
  readonly revocations: SessionStore | undefined
  readonly mayLogin: boolean
}

/** Checks and completes all options; what is unsafe or impossible is refused here, not at the first request. */
export function resolveSealedOptions<Data extends object>(options: SealedSessionOptions<Data>): ResolvedSealedOptions {
  const shared = resolveShared(options)
  const { keyRing, revocations } = options
  if (!(keyRing instanceof KeyRing)) throw optionError('keyRing', 'a KeyRing', keyRing)
  if (revocations !== undefined) checkStore('revocations', revocations)
  const { chunks = 1, ...cookie } = resolveCookieOption(options.cookie, options.lifetime)
  const input = { application: shared.name, development: shared.development, cookie }
  const label = resolveCookie(input).name
  return Object.freeze({
    ...shared,
    transport: chunkedCookieTransport(input, chunksOf(chunks)),
    sealer: new Sealer(keyRing, { purpose: 'session', audience: shared.name, label }),
    revocations,
    mayLogin: revocations !== undefined || options.acceptUnrevocable === true,
    sweep: revocations && resolveSweep(options.sweep, revocations),
  })
}

function chunksOf(chunks: number): number {
  if (positive('cookie.chunks', chunks) <= MAX_CHUNKS) return chunks
  throw optionError('cookie.chunks', `at most ${MAX_CHUNKS}`, chunks)
}
