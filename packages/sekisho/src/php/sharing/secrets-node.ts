import { createHash, hash, randomBytes } from 'node:crypto'

/** 48 octets: 16 say where a session is, 32 are its secret. */
const carrierOctets = 48
/** Hexadecimal digits of a new id: 128 bits, as PHP's own. */
const idDigits = 32

/** The carrier that stands for an id of PHP's within the engine. Always the same for the same id, and no way back. */
export function carrierOf(id: string): string {
  const digest = createHash('sha512').update('sekisho v1 php session id\0').update(id).digest()
  return digest.subarray(0, carrierOctets).toString('base64url')
}

/** A new id, as PHP makes them. */
export function newId(): string {
  return randomBytes(idDigits / 2).toString('hex')
}

/** A version for content that somebody else writes too: the first 52 bits of its hash, and never 0. */
export function versionOf(content: Uint8Array): number {
  return Number.parseInt(hash('sha256', content, 'hex').slice(0, 13), 16) + 1
}
