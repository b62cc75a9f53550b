/**
 * Finds the languages that apps of the examples are written in, and installs what is missing where that is permitted.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { ensurePackages } from './lib/debian.ts'

const packages = [
  { name: 'python3', isPresent: () => runs('python3') },
  { name: 'php-cli', isPresent: () => runs('php') },
]

/** Makes sure that Python and PHP are on this machine. Throws with the command that mends it when one may not be installed. */
export function ensureLanguages(): void {
  ensurePackages(packages, {
    name: 'the tests of the examples',
    elsewhere: 'elsewhere, have python3 and php on the PATH',
  })
}

function runs(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0
}

if (import.meta.main) ensureLanguages()
