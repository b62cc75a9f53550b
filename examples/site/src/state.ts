import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { generateSecret, readKeyFile } from 'sekisho/keys'

/** What the site keeps from one start to the next, in a directory that nobody else can look into. */
export interface SiteState {
  readonly directory: string
  /** Of the gateway itself. */
  readonly gateway: string
  /** Encrypts sessions: `SessionCryptoPassphrase`. */
  readonly passphrase: string
  /** Checks `X-Signed-Session`, and is good for nothing else: hexadecimal. */
  readonly sessionKey: string
  /** Who may sign in. */
  readonly users: readonly { readonly name: string; readonly password: string }[]
}

/** The two whom the shop knows by name. */
const names = ['hana', 'taro']

/** Opens the state, and makes what is missing of it. @param directory Absolute. */
export function openState(directory: string): SiteState {
  const gateway = join(directory, 'gateway')
  for (const path of [directory, gateway, join(directory, 'session')]) mkdirSync(path, { recursive: true, mode: 0o700 })
  kept(join(gateway, 'keys'), () => `${generateSecret()}\n`)
  const [signing] = readKeyFile(join(gateway, 'keys')).subkeys('x-signed-session')
  return {
    directory,
    gateway,
    passphrase: kept(join(directory, 'passphrase'), generateSecret),
    sessionKey: signing?.key.toString('hex') ?? '',
    users: usersIn(directory),
  }
}

/** Passwords of this machine's own: those in a repository would be everybody's. The gateway has only their hashes. */
function usersIn(directory: string): SiteState['users'] {
  const passwords = kept(join(directory, 'passwords'), () => names.map((name) => `${name} ${newPassword()}\n`).join(''))
  const users = passwords
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', password = ''] = line.split(' ')
      return { name, password }
    })
  kept(join(directory, 'users'), () =>
    users.map(({ name, password }) => `${name}:${hashSync(password, 10)}\n`).join(''),
  )
  return users
}

/** Three groups of four, 59 bits, without letters that look like others. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return `${group()}-${group()}-${group()}`
}

/** The text of a file, which is made on the first start. */
function kept(path: string, make: () => string): string {
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600, flag: 'wx' })
  return readFileSync(path, 'utf8').trim()
}
