import { hasWildcard, wildcard } from '../lib/wildcard.ts'
import type { ConfigFiles } from './files-node.ts'

/** How deep directories of an included directory are followed. */
const deepest = 20

/** The files that an `Include` names, in the order in which they are read. */
export interface Included {
  readonly files: readonly string[]
  /** Why there is none, in the words of the real server. */
  readonly failure?: string
}

/**
 * Finds the files of an `Include`: a file; a directory, with everything in and below it; or a pattern, whose wildcards may
 * stand in any part of the path. Names are taken in the order of their bytes. A leading dot is matched by a dot only.
 *
 * @param path Absolute.
 */
export function includedFiles(path: string, files: ConfigFiles): Included {
  if (!hasWildcard(path)) {
    const found = filesBelow(path, files, 0)
    if (files.kind(path) === undefined) return { files: [], failure: `Could not open configuration file ${path}` }
    return { files: found }
  }
  const matches = matchingPaths(path, files)
  if (matches.length > 0) return { files: matches.flatMap((match) => filesBelow(match, files, 0)) }
  const failure = `No matches for the wildcard '${path}', failing (use IncludeOptional if required)`
  return { files: [], failure }
}

function matchingPaths(pattern: string, files: ConfigFiles): string[] {
  let paths = ['']
  for (const part of pattern.split('/').filter((piece) => piece !== '')) {
    paths = hasWildcard(part)
      ? paths.flatMap((path) => matchingNames(path, part, files))
      : paths.map((path) => `${path}/${part}`)
  }
  return paths.filter((path) => files.kind(path) !== undefined)
}

function matchingNames(directory: string, pattern: string, files: ConfigFiles): string[] {
  const matches = wildcard(pattern, true)
  return names(directory === '' ? '/' : directory, files)
    .filter((name) => (!name.startsWith('.') || pattern.startsWith('.')) && matches(name))
    .map((name) => `${directory}/${name}`)
}

function filesBelow(path: string, files: ConfigFiles, depth: number): string[] {
  const kind = files.kind(path)
  if (kind === undefined || depth > deepest) return []
  if (kind === 'file') return [path]
  return names(path, files).flatMap((name) => filesBelow(`${path}/${name}`, files, depth + 1))
}

function names(directory: string, files: ConfigFiles): string[] {
  if (files.kind(directory) !== 'directory') return []
  try {
    return [...files.list(directory)].toSorted(byBytes)
  } catch {
    return []
  }
}

function byBytes(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
