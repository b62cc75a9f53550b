/**
 * Programs that Debian packages bring: finds what is missing, and installs it where that is permitted.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

/** One package. */
export interface DebianPackage {
  readonly name: string
  /** Whether what is used of it is on this machine, wherever it came from. */
  isPresent(): boolean
}

/** What a set of packages is for, as a message says it. */
export interface Purpose {
  /** `the browser tests`. */
  readonly name: string
  /** What helps on a system that is not Debian, if anything does. */
  readonly elsewhere?: string
}

/**
 * Installs those packages that are missing. No server that comes with them is started.
 *
 * @throws With the command that mends it, when something is missing and may not be installed or would not.
 */
export function ensurePackages(packages: readonly DebianPackage[], purpose: Purpose): void {
  const names = missing(packages)
  if (names.length === 0) return
  const mend = `sudo apt-get install ${names.join(' ')}`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(refusal(names, mend, purpose))
  withoutStartingServices(() => {
    apt(['update'], mend)
    apt(['install', '--yes', '--no-install-recommends', ...names], mend)
  })
  const still = missing(packages)
  if (still.length > 0) throw new Error(`apt-get ended well, but ${still.join(' and ')} is still missing; try: ${mend}`)
}

function missing(packages: readonly DebianPackage[]): string[] {
  return packages.filter((one) => !one.isPresent()).map(({ name }) => name)
}

function refusal(names: string[], mend: string, { name, elsewhere }: Purpose): string {
  const otherwise = elsewhere === undefined ? '' : `\n(${elsewhere})`
  return `${name} need Debian's ${names.join(' and ')}: ${mend}${otherwise}`
}

/** Debian starts a server when its package is installed, unless this file says no. One that is there already is left alone. */
function withoutStartingServices(install: () => void): void {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return install()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' })
  try {
    install()
  } finally {
    rmSync(policy, { force: true })
  }
}

function apt(args: string[], mend: string): void {
  const run = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  if (run.status === 0) return
  const said = run.error?.message ?? `${run.stdout}${run.stderr}`.trim().split('\n').slice(-20).join('\n')
  throw new Error(`\`apt-get ${args.join(' ')}\` failed; try: ${mend}\n${said}`)
}
