import { randomBytes } from 'node:crypto'

/** A new id for a session: 16 random octets, 22 characters of base64url. It names a session, and proves nothing. */
export function newId(): string {
  return randomBytes(16).toString('base64url')
}
