import { hash, timingSafeEqual } from 'node:crypto'
import { loadBcrypt } from './bcrypt.ts'
import { desCrypt } from './des-crypt.ts'
import { md5Crypt, type Md5CryptMagic } from './md5-crypt.ts'
import { sha256Variant, sha512Variant, shaCrypt, type ShaVariant } from './sha-crypt.ts'

/** Ways of keeping passwords that are refused unless somebody insists. */
export type WeakScheme = 'des' | 'plain'

/** A stored password that passwords can be compared with. */
export interface StoredPassword {
  readonly scheme: 'bcrypt' | 'apr1' | 'md5' | 'sha1' | 'sha256' | 'sha512' | WeakScheme
  /** About how many microseconds one comparison takes; to compare with one another. */
  readonly work: number
  /** True for the same password. Takes as long for a wrong one. */
  matches(password: Buffer): boolean | Promise<boolean>
}

/** A stored password that cannot be used, and why. */
export interface UnusablePassword {
  readonly problem: string
}

/** Longer ones match nothing: the time that a comparison takes grows with them. */
export const longestPassword = 1024
/** Above these a single login would hold a thread for more than ten seconds. */
const most = { bcryptCost: 16, shaRounds: 4_000_000 }

type Reading = StoredPassword | UnusablePassword
type Reader = (match: RegExpExecArray) => Reading

const readers: readonly (readonly [pattern: RegExp, read: Reader])[] = [
  [/^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/, bcryptPassword],
  [/^(\$apr1\$|\$1\$)([^$]{0,8})\$([./A-Za-z0-9]{22})$/, md5Password],
  [/^\{SHA\}([A-Za-z0-9+/]{27}=)$/, sha1Password],
  [/^\$(5)\$(?:rounds=([1-9]\d{3,8})\$)?([^$]{0,16})\$([./A-Za-z0-9]{43})$/, shaPassword],
  [/^\$(6)\$(?:rounds=([1-9]\d{3,8})\$)?([^$]{0,16})\$([./A-Za-z0-9]{86})$/, shaPassword],
]
const desPattern = /^([./A-Za-z0-9]{2})([./A-Za-z0-9]{11})$/

/**
 * Reads what a password file keeps for a user. Formats: bcrypt (`$2y$`, `$2a$`, `$2b$`), `$apr1$` and `$1$`, `{SHA}`, `$5$` and
 * `$6$` with `rounds=` or without, and, where allowed, the crypt(3) of old and plain text.
 *
 * @param allowed Which of the weak schemes are taken.
 */
export function readStoredPassword(text: string, allowed: ReadonlySet<WeakScheme> = new Set()): Reading {
  for (const [pattern, read] of readers) {
    const match = pattern.exec(text)
    if (match !== null) return read(match)
  }
  if (text === '') return { problem: 'the password is empty' }
  // Never read as plain text, whatever is allowed: then the stored text itself would be a password.
  if (/^[${]/.test(text)) return { problem: 'the kind of the hash is not known, or it is damaged' }
  const des = desPattern.exec(text)
  if (des !== null)
    return allowed.has('des') ? desPassword(des) : { problem: 'the hash is DES, of which only eight characters count' }
  return allowed.has('plain') ? plainPassword(text) : { problem: 'the password is kept as plain text' }
}

/** True for what {@link readStoredPassword} cannot use. */
export function isUnusable(reading: Reading): reading is UnusablePassword {
  return 'problem' in reading
}

function bcryptPassword({ 0: stored, 1: cost }: RegExpExecArray): Reading {
  const rounds = Number(cost)
  if (rounds > most.bcryptCost) return tooSlow(`a bcrypt cost of ${rounds}`, String(most.bcryptCost))
  const matches = async (password: Buffer) => (await loadBcrypt())(password, stored)
  return { scheme: 'bcrypt', work: 90 * 2 ** rounds, matches }
}

function md5Password({ 1: magic = '', 2: salt = '', 3: digest = '' }: RegExpExecArray): Reading {
  const compute = (password: Buffer) => md5Crypt(password, magic as Md5CryptMagic, Buffer.from(salt))
  return computed(magic === '$1$' ? 'md5' : 'apr1', 1600, compute, digest)
}

function sha1Password({ 1: digest = '' }: RegExpExecArray): Reading {
  return computed('sha1', 3, (password) => hash('sha1', password, 'base64'), digest)
}

function shaPassword({ 1: kind, 2: given, 3: salt = '', 4: digest = '' }: RegExpExecArray): Reading {
  const rounds = Number(given ?? 5000)
  if (rounds > most.shaRounds) return tooSlow(`${rounds} rounds`, String(most.shaRounds))
  const [scheme, variant]: ['sha256' | 'sha512', ShaVariant] =
    kind === '5' ? ['sha256', sha256Variant] : ['sha512', sha512Variant]
  return computed(scheme, 2.4 * rounds, (password) => shaCrypt(password, Buffer.from(salt), rounds, variant), digest)
}

function desPassword({ 1: salt = '', 2: digest = '' }: RegExpExecArray): Reading {
  return computed('des', 3000, (password) => desCrypt(password, salt), digest)
}

function plainPassword(text: string): Reading {
  // Digests of equal length: how long the comparison takes does not tell how long the password is.
  const fixed = (octets: Buffer) => hash('sha256', octets, 'base64')
  return computed('plain', 5, fixed, fixed(Buffer.from(text)))
}

function computed(
  scheme: StoredPassword['scheme'],
  work: number,
  compute: (password: Buffer) => string,
  digest: string,
): StoredPassword {
  const expected = Buffer.from(digest)
  return { scheme, work, matches: (password) => timingSafeEqual(Buffer.from(compute(password)), expected) }
}

function tooSlow(what: string, limit: string): UnusablePassword {
  return { problem: `${what} would take a login more than ten seconds; the most here is ${limit}` }
}
