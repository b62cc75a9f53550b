import { randomBytes } from 'node:crypto'
import { CommandError } from '../command/terminal/command-error.ts'
import { cryptAlphabet } from '../auth/password/crypt-alphabet.ts'
import { md5Crypt } from '../auth/password/md5-crypt.ts'
import { sha256Variant, sha512Variant, shaCrypt, type ShaVariant } from '../auth/password/sha-crypt.ts'
import { longestPassword } from '../auth/password/stored-password.ts'

/** Ways of keeping a password that this program writes. It reads more. */
export const algorithms = ['bcrypt', 'sha512', 'sha256', 'apr1'] as const

/** One of {@link algorithms}. */
export type Algorithm = (typeof algorithms)[number]

/** Costs of bcrypt that are offered: below it is too cheap to guess, above a login takes more than ten seconds. */
export const costs = { least: 10, usual: 10, most: 16 } as const

/** As many rounds as glibc makes where nobody says otherwise are guessed too fast today. */
const shaRounds = 100_000

/** bcrypt looks at no more octets. */
const bcryptOctets = 72

/** How a password is kept. */
export interface HashOptions {
  readonly algorithm: Algorithm
  /** Of bcrypt: the logarithm of its rounds. */
  readonly cost: number
}

/** The text that a password file keeps of a password. @throws CommandError for a password that would not be kept whole. */
export async function hashPassword(password: string, { algorithm, cost }: HashOptions): Promise<string> {
  const octets = Buffer.from(password)
  const most = algorithm === 'bcrypt' ? bcryptOctets : longestPassword
  if (octets.length > most) throw tooLong(octets.length, most, algorithm)
  switch (algorithm) {
    case 'bcrypt':
      return bcryptHash(password, cost)
    case 'sha512':
      return shaHash('$6$', octets, sha512Variant)
    case 'sha256':
      return shaHash('$5$', octets, sha256Variant)
    case 'apr1': {
      const salt = newSalt(8)
      return `$apr1$${salt}$${md5Crypt(octets, '$apr1$', Buffer.from(salt))}`
    }
  }
}

/** Apache knows `$2y$`; `$2b$`, which is the same, it does not. */
async function bcryptHash(password: string, cost: number): Promise<string> {
  const { hash } = await import('bcryptjs')
  return (await hash(password, cost)).replace(/^\$2[abx]\$/, '$2y$')
}

function shaHash(magic: string, password: Buffer, variant: ShaVariant): string {
  const salt = newSalt(16)
  return `${magic}rounds=${shaRounds}$${salt}$${shaCrypt(password, Buffer.from(salt), shaRounds, variant)}`
}

function newSalt(length: number): string {
  return [...randomBytes(length)].map((octet) => cryptAlphabet[octet & 0x3f]).join('')
}

function tooLong(length: number, most: number, algorithm: Algorithm): CommandError {
  return new CommandError({
    code: 'password-too-long',
    what: 'The password was not taken',
    why: `it has ${length} octets, and ${algorithm} ${algorithm === 'bcrypt' ? 'ignores what is behind the first' : 'is taken with at most'} ${most}`,
    fix: algorithm === 'bcrypt' ? 'choose a shorter one, or add --algorithm sha512' : 'choose a shorter one',
  })
}
