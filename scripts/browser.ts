/**
 * Finds the browser that the tests drive, and installs it where that is permitted.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const packages = [
  { name: 'chromium', file: '/usr/bin/chromium' },
  { name: 'fonts-ipafont-gothic', file: '/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf' },
] as const

/**
 * Makes sure that Debian's Chromium, and a font that has Japanese in it, are on this machine.
 * `SEKISHO_CHROMIUM` names another Chromium on systems that are not Debian.
 *
 * @returns The path of the program. Rejects with the command that mends it when it is missing and may not be installed.
 */
export async function ensureChromium(): Promise<string> {
  const chosen = process.env['SEKISHO_CHROMIUM']
  if (chosen !== undefined && chosen !== '') return existing(chosen)
  if (missing().length > 0) install(missing())
  return packages[0].file
}

function existing(path: string): string {
  if (existsSync(path)) return path
  throw new Error(`SEKISHO_CHROMIUM names ${path}, which does not exist`)
}

function missing(): string[] {
  return packages.filter(({ file }) => !existsSync(file)).map(({ name }) => name)
}

function install(names: string[]): void {
  const mend = `sudo apt-get install ${names.join(' ')}`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(
      `the browser tests need Debian's ${names.join(' and ')}: ${mend}\n(elsewhere, name a Chromium with SEKISHO_CHROMIUM)`,
    )
  apt(['update'], mend)
  apt(['install', '--yes', '--no-install-recommends', ...names], mend)
  const still = missing()
  if (still.length > 0) throw new Error(`apt-get ended well, but ${still.join(' and ')} is still missing; try: ${mend}`)
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

if (import.meta.main) console.log(await ensureChromium())
