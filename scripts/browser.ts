/**
 * Finds the browser that the tests drive, and installs it where that is permitted.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { ensurePackages } from './lib/debian.ts'

const chromium = '/usr/bin/chromium'
const font = '/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf'
const packages = [
  { name: 'chromium', isPresent: () => existsSync(chromium) },
  { name: 'fonts-ipafont-gothic', isPresent: () => existsSync(font) },
]

/**
 * Makes sure that Debian's Chromium, and a font that has Japanese in it, are on this machine.
 * `SEKISHO_CHROMIUM` names another Chromium on systems that are not Debian.
 *
 * @returns The path of the program. Rejects with the command that mends it when it is missing and may not be installed.
 */
export async function ensureChromium(): Promise<string> {
  const chosen = process.env['SEKISHO_CHROMIUM']
  if (chosen !== undefined && chosen !== '') return existing(chosen)
  ensurePackages(packages, { name: 'the browser tests', elsewhere: 'elsewhere, name a Chromium with SEKISHO_CHROMIUM' })
  return chromium
}

function existing(path: string): string {
  if (existsSync(path)) return path
  throw new Error(`SEKISHO_CHROMIUM names ${path}, which does not exist`)
}

if (import.meta.main) console.log(await ensureChromium())
