/**
 * Finds the languages that apps of the examples are written in, the PHP that sessions are shared with, and what judges the pages,
 * units and completions that the command writes; installs what is missing where that is permitted.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { ensurePackages } from './lib/debian.ts'

const packages = [
  { name: 'python3', isPresent: () => runs('python3') },
  { name: 'php-cli', isPresent: () => runs('php') },
  { name: 'php-cgi', isPresent: () => runs('php-cgi') },
  { name: 'php-fpm', isPresent: () => readdirSync('/usr/sbin').some((program) => program.startsWith('php-fpm')) },
  { name: 'apache2-bin', isPresent: () => existsSync('/usr/lib/apache2/modules/mod_proxy_fcgi.so') },
  { name: 'php-redis', isPresent: () => hasExtension('redis') },
  { name: 'groff-base', isPresent: () => runs('groff') },
  { name: 'systemd', isPresent: () => runs('systemd-analyze') },
  { name: 'zsh', isPresent: () => runs('zsh') },
  { name: 'fish', isPresent: () => runs('fish') },
]

/** Makes sure that they are on this machine. Throws with the command that mends it when one may not be installed. */
export function ensureLanguages(): void {
  ensurePackages(packages, {
    name: 'the examples and the tests beside PHP',
    elsewhere:
      'elsewhere, have python3, php with the extension redis, php-cgi, groff, systemd-analyze, zsh and fish on the PATH; php-fpm and Apache must be Debian’s',
  })
}

function runs(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0
}

function hasExtension(name: string): boolean {
  return spawnSync('php', ['-r', `exit(extension_loaded('${name}') ? 0 : 1);`]).status === 0
}

if (import.meta.main) ensureLanguages()
