/**
 * Where things are in this repository.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top folder of the repository. */
export const repo: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** One thing that is published: a subpath of a package and the source file behind it. */
export interface Entry {
  /** As a user imports it: `sekisho/store/memory`. */
  readonly specifier: string
  /** Relative to the top folder: `packages/sekisho/src/store/memory.ts`. */
  readonly source: string
}

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string | { readonly source?: string }>>
}

/** What a package publishes, by its `exports`. Entries without a `source` (such as `./package.json`) are left out. */
export function entriesOf(packageFolder: string, root: string = repo): Entry[] {
  const manifest = JSON.parse(readFileSync(join(root, packageFolder, 'package.json'), 'utf8')) as Manifest
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const source = typeof target === 'string' ? undefined : target.source
    if (source === undefined) return []
    return { specifier: join(manifest.name, subpath), source: join(packageFolder, source) }
  })
}

/** Says which published entries have no source file. */
export function missingEntries(entries: readonly Entry[], root: string = repo): string[] {
  return entries
    .filter(({ source }) => !existsSync(join(root, source)))
    .map(({ specifier, source }) => `${source}: does not exist, but the package exports it as \`${specifier}\``)
}

/** Whether a file is for tests only. */
export function isTest(file: string): boolean {
  return /\.(test|worker)\.ts$/.test(file) || file.split('/').includes('test')
}

/** The files under the top folder that match, sorted, without what was built or installed. */
export function find(patterns: readonly string[], root: string = repo): string[] {
  const found = globSync([...patterns], { cwd: root })
  return found.filter((file) => !/(^|\/)(node_modules|dist)\//.test(file)).toSorted()
}

/** The files that git has or would take: tracked ones, and new ones that are not ignored. */
export function repositoryFiles(root: string = repo): string[] {
  const args = ['-c', `safe.directory=${root}`, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listing = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  return listing.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))
}
