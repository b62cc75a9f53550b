import type { KeyRing } from '../index.ts'
import { Signer } from '../crypto/signer.ts'

/** What `X-Signed-Session` said, and when the gateway said it. */
export interface SignedSession {
  /** The id of the session. */
  readonly id: string
  /** When it was signed, in milliseconds since 1970. */
  readonly signedAt: number
}

/** How {@link verifySignedSession} judges. */
export interface SignedSessionOptions {
  /** Seconds for which a signature is believed (default 300): a value that was logged somewhere must not pass for ever. */
  readonly maxAge?: number
  /** The clock, in milliseconds since 1970 (default `Date.now`). */
  readonly now?: () => number
}

/** The clock of the machine that signed may be so much ahead, in seconds. */
const clockSlack = 30

const form = /^([\w-]{22,80})\.(\d{1,12})\.([\w-]{43})$/

const signers = new WeakMap<KeyRing, Signer>()

/**
 * The value of `X-Signed-Session`: `<id>.<seconds since 1970>.<base64url HMAC-SHA256>`, by which an app that can be reached past
 * the gateway tells what came through it. The key is one of the gateway's own ring, never made from a passphrase.
 *
 * @param now Milliseconds since 1970 (default: the clock).
 */
export function signSession(id: string, keyRing: KeyRing, now: number = Date.now()): string {
  const content = `${id}.${Math.floor(now / 1000)}`
  return `${content}.${signerOf(keyRing).sign(content)}`
}

/**
 * Reads the value of `X-Signed-Session`.
 *
 * @param keyRing The gateway's ring, from the file `keys` of its state directory.
 * @returns Undefined for anything that the gateway has not signed lately.
 *
 * @example
 * ```ts
 * const keyRing = readKeyFile('/var/lib/sekisho/keys')
 * const session = verifySignedSession(request.headers['x-signed-session'], keyRing)
 * if (session === undefined) return refuse(403)
 * ```
 */
export function verifySignedSession(
  value: string | undefined,
  keyRing: KeyRing,
  { maxAge = 300, now = Date.now }: SignedSessionOptions = {},
): SignedSession | undefined {
  const [, id = '', time = '', signature = ''] = form.exec(value ?? '') ?? []
  if (id === '' || !signerOf(keyRing).believes(`${id}.${time}`, signature)) return undefined
  const age = now() / 1000 - Number(time)
  return age <= maxAge && age >= -clockSlack ? { id, signedAt: Number(time) * 1000 } : undefined
}

function signerOf(keyRing: KeyRing): Signer {
  const known = signers.get(keyRing) ?? new Signer(keyRing, 'x-signed-session')
  signers.set(keyRing, known)
  return known
}
