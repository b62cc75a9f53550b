import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** Someone who may sign in. */
export interface User {
  /** The id, which is also what is typed. */
  readonly id: string
  readonly name: { readonly ja: string; readonly en: string }
}

/** A user whose password is no secret: the sign-in page shows it. */
export interface DemoUser extends User {
  readonly password: string
}

/** Those who may sign in. */
export interface Users {
  /** The user of a session. */
  find(principal: string | undefined): User | undefined
  /** Takes the same work whether the user is unknown or the password is wrong. */
  check(id: string, password: string): Promise<User | undefined>
}

/** Makes a hash from a password, slowly. */
export type Derive = (password: string, salt: Buffer) => Promise<Buffer>

interface Entry {
  readonly user: User | undefined
  readonly salt: Buffer
  readonly hash: Buffer
}

/** The two who may sign in to the demo. */
export const demoUsers: readonly DemoUser[] = [
  { id: 'hana', password: 'fuji-no-yama', name: { ja: '花', en: 'Hana' } },
  { id: 'taro', password: 'tokaido-53', name: { ja: '太郎', en: 'Tarō' } },
]

/** Hashes the passwords, once. */
export async function createUsers(demo: readonly DemoUser[] = demoUsers, derive: Derive = slowHash): Promise<Users> {
  const entries = new Map<string, Entry>()
  for (const { password, ...user } of demo) entries.set(user.id, await entryOf(user, password, derive))
  const nobody = await entryOf(undefined, randomBytes(16).toString('hex'), derive)
  return {
    find: (principal = '') => entries.get(principal)?.user,
    async check(id, password) {
      const { user, salt, hash } = entries.get(id) ?? nobody
      return timingSafeEqual(await derive(password, salt), hash) ? user : undefined
    },
  }
}

async function entryOf(user: User | undefined, password: string, derive: Derive): Promise<Entry> {
  const salt = randomBytes(16)
  return { user, salt, hash: await derive(password, salt) }
}

const scryptAsync = promisify<string, Buffer, number, Buffer>(scrypt)

/** With the cost that Node gives scrypt unless told otherwise: N = 16384, r = 8, p = 1. */
export function slowHash(password: string, salt: Buffer): Promise<Buffer> {
  return scryptAsync(password, salt, 32)
}
