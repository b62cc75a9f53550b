/**
 * The programs of the servers that the tests use: where they are, who may run them, and the packages that bring them.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ensurePackages } from '../lib/debian.ts'

const packages = {
  postgresql: ['initdb', 'postgres'],
  'mariadb-server': ['mariadb-install-db', 'mariadbd'],
  'redis-server': ['redis-server', 'redis-cli'],
  openssl: ['openssl'],
  'apache2-bin': ['apache2'],
  pgbouncer: ['pgbouncer'],
} as const

/** A program that a server needs. */
export type Program = (typeof packages)[keyof typeof packages][number]

/**
 * Makes sure that PostgreSQL, PgBouncer, MariaDB, Redis, Apache and openssl are on this machine.
 *
 * @throws With the command that mends it, when one is missing and may not be installed.
 */
export function ensureServers(): void {
  const wanted = Object.entries(packages).map(([name, programs]) => ({
    name,
    isPresent: () => programs.every((program) => pathOf(program) !== undefined),
  }))
  ensurePackages(wanted, {
    name: 'the tests with real servers',
    elsewhere: 'elsewhere, have PostgreSQL, PgBouncer, MariaDB, Redis, Apache and openssl on the PATH',
  })
}

/**
 * Where a program is.
 *
 * @throws With the command that mends it, when it is nowhere.
 */
export function findProgram(program: Program): string {
  const path = pathOf(program)
  if (path !== undefined) return path
  const [name] =
    Object.entries(packages).find(([, programs]) => (programs as readonly string[]).includes(program)) ?? []
  throw new Error(`the program \`${program}\` is missing: sudo apt-get install ${name}`)
}

function pathOf(program: Program): string | undefined {
  return folders()
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

/** Debian keeps the programs of PostgreSQL, one folder for each version, and those for administrators out of the usual PATH. */
function folders(): string[] {
  const home = '/usr/lib/postgresql'
  const versions = existsSync(home) ? readdirSync(home).toSorted((a, b) => Number(b) - Number(a)) : []
  const listed = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...versions.map((version) => join(home, version, 'bin')), ...listed, '/usr/sbin']
}

/** A user of this machine under whom a server runs. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * The account that a server must run under: its own when we are root, which such a server refuses to be; else none.
 *
 * @throws When we are root and the account does not exist.
 */
export function accountFor(name: 'postgres' | 'mysql' | 'www-data'): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) }
  throw new Error(`the user \`${name}\`, which its Debian package makes, does not exist: sudo useradd --system ${name}`)
}
