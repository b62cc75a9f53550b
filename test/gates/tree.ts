import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Writes files into a new temporary folder, which is gone after the test. @returns The folder. */
export function tree(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'sekisho-gates-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

/** A `package.json` of the library that exports these subpaths, each from a source file. */
export function manifest(sources: Readonly<Record<string, string>>): string {
  const exports = Object.fromEntries(Object.entries(sources).map(([subpath, source]) => [subpath, { source }]))
  return JSON.stringify({ name: 'sekisho', exports })
}
