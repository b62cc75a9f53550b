// What the session_crypto format needs of the platform, and nothing else in this wing imports it: docs/decisions/002.
import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'

export {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'

/** PBKDF2 in a thread of the pool: password, salt, rounds, octets, hash. */
export const pbkdf2InThread: (
  ...input: [password: Buffer, salt: Buffer, rounds: number, octets: number, hash: string]
) => Promise<Buffer> = promisify(pbkdf2)
