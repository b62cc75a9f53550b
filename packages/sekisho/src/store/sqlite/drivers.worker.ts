/** The drivers that the tests open databases with, each by the few methods that a test uses. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SqliteHandle } from './handle.ts'

/** An open database that a test can close. */
export interface TestHandle extends SqliteHandle {
  close(): void
}

/** Opens a database. */
export type OpenHandle = (file: string, options?: { readonly readOnly?: boolean }) => TestHandle

type Constructor = new (file: string, settings?: object) => TestHandle

const require = createRequire(import.meta.url)

/** node:sqlite, in Node and in Bun. */
export const openNode: OpenHandle = (file, { readOnly = false } = {}) => {
  const { DatabaseSync } = require('node:sqlite') as { DatabaseSync: Constructor }
  return new DatabaseSync(file, { readOnly })
}

/** better-sqlite3, in Node. */
export const openBetter: OpenHandle = (file, { readOnly = false } = {}) => {
  return new (require('better-sqlite3') as Constructor)(file, { readonly: readOnly })
}

/** bun:sqlite, in Bun. */
export const openBun: OpenHandle = (file) => {
  return new (require('bun:sqlite') as { Database: Constructor }).Database(file)
}

/** @returns A directory, and what removes it. */
export function temporary(): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-sqlite-'))
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
