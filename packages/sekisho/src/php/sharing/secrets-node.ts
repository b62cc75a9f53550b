import { createHash, hash } from 'node:crypto'
import { createSessionId } from '../functions/session-id.ts'

/** 48 octets: 16 say where a session is, 32 are its secret. */
const carrierOctets = 48

/** The carrier that stands for an id of PHP's within the engine. Always the same for the same id, and no way back. */
export function carrierOf(id: string): string {
  const digest = createHash('sha512').update('sekisho v1 php session id\0').update(id).digest()
  return digest.subarray(0, carrierOctets).toString('base64url')
}

/** A new id, as PHP makes them: 128 bits in hexadecimal digits. */
export function newId(): string {
  return createSessionId(32, 4)
}

/** A version for content that somebody else writes too: the first 52 bits of its hash, and never 0. */
export function versionOf(content: Uint8Array): number {
  return Number.parseInt(hash('sha256', content, 'hex').slice(0, 13), 16) + 1
}
