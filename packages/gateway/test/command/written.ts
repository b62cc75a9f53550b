/**
 * Configurations of a test file's own, in a folder that goes with it.
 *
 *     const { folder, site } = writtenSites()
 *     const file = site('Listen 8080\n')
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** Where configurations are written. */
export interface WrittenSites {
  readonly folder: string
  /** Writes one, octet by octet (characters up to U+00FF). @param name Default `site.conf`. @returns Its path. */
  site(text: string, name?: string): string
}

/** Makes the folder. Called once in a file. */
export function writtenSites(): WrittenSites {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-command-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    site(text, name = 'site.conf') {
      const file = join(folder, name)
      writeFileSync(file, text, 'latin1')
      return file
    },
  }
}
