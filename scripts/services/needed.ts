/**
 * Which test files need servers.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repo } from '../lib/repo.ts'

/** Whether one of these files, or a file of this repository that it imports, imports a `services.ts`. */
export function needServers(files: readonly string[], root: string = repo): boolean {
  const reached = new Set(files)
  for (const file of reached) for (const imported of relativeImports(file, root)) reached.add(imported)
  return [...reached].some((file) => /(^|\/)services\.ts$/.test(file))
}

/** The specifiers as written: a look at the text is enough for files that the formatter has seen. */
function relativeImports(file: string, root: string): string[] {
  if (!existsSync(join(root, file))) return []
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/ (?:from|import) '(\.[^']+)'/g)].map(([, specifier = '']) => join(dirname(file), specifier))
}
