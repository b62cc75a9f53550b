import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'

/** What the site keeps on this machine. */
export interface SiteState {
  readonly directory: string
  /** PHP's `session.save_path`. */
  readonly sessions: string
  /** The file of bcrypt hashes by name, which both halves read. */
  readonly usersFile: string
  /** Passwords by name: made for this machine, and shown at every start. */
  readonly passwords: Readonly<Record<string, string>>
}

/** Opens the directory of the site; the first time, it makes users and passwords. */
export function openState(directory: string): SiteState {
  const sessions = join(directory, 'sessions')
  mkdirSync(sessions, { recursive: true, mode: 0o700 })
  const passwordsFile = join(directory, 'passwords.json')
  const usersFile = join(directory, 'users.json')
  if (!existsSync(passwordsFile)) writeJson(passwordsFile, { hana: newPassword(), taro: newPassword() })
  const passwords = JSON.parse(readFileSync(passwordsFile, 'utf8')) as SiteState['passwords']
  // `$2y$` is PHP's name for what others call `$2b$`.
  const hashes = Object.entries(passwords).map(([name, password]) => [
    name,
    hashSync(password, 8).replace(/^\$2b/, '$2y'),
  ])
  writeJson(usersFile, Object.fromEntries(hashes))
  return { directory, sessions, usersFile, passwords }
}

function newPassword(): string {
  return randomBytes(9).toString('base64url')
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value), { mode: 0o600 })
}
