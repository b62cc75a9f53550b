import { realpath, stat } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { join, sep } from 'node:path'
import { octetsOf, textOfOctets } from '../../lib/octets.ts'

/** What a path leads to below a DocumentRoot. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly stats: Stats }
  | { readonly kind: 'directory' }
  | { readonly kind: 'absent' }
  /** @see Found.reason */
  | { readonly kind: 'forbidden'; readonly reason: string }

/** Names with a dot in front are for programs (`.htaccess`, `.htpasswd`, `.git`); `.well-known` is for visitors (RFC 8615). */
const hidden = /\/\.(?!well-known(?:\/|$))/

/** Where a path is, below a directory. @param path Normalized: `/a/b`, without dots. */
export function fileBelow(root: string, path: string): string {
  return join(root, path)
}

/**
 * Looks what a path leads to. What a symbolic link leads out of the directory is forbidden, and so are hidden names, whether they
 * exist or not.
 *
 * @param root An absolute path.
 * @param path Normalized: `/a/b`, without dots.
 * @throws What the file system throws when it fails, other than by telling that there is no such file.
 */
export async function findFile(root: string, path: string): Promise<Found> {
  if (hidden.test(path)) return { kind: 'forbidden', reason: `hidden name in ${path}` }
  try {
    const [base, real] = await Promise.all([realPath(root), realPath(fileBelow(root, path))])
    if (real !== base && !real.startsWith(base.endsWith(sep) ? base : base + sep))
      return { kind: 'forbidden', reason: `symbolic link out of ${root}: ${path}` }
    return kindOf(real, await stat(octetsOf(real)), path.endsWith('/'))
  } catch (error) {
    return absence(error, path)
  }
}

/** Names of files are octets, which need not be UTF-8. */
async function realPath(path: string): Promise<string> {
  return textOfOctets(await realpath(octetsOf(path), { encoding: 'buffer' }))
}

function kindOf(path: string, stats: Stats, asDirectory: boolean): Found {
  if (stats.isDirectory()) return { kind: 'directory' }
  if (asDirectory) return { kind: 'absent' }
  return stats.isFile() ? { kind: 'file', path, stats } : { kind: 'forbidden', reason: `no regular file: ${path}` }
}

function absence(error: unknown, path: string): Found {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return { kind: 'absent' }
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden', reason: `Permission denied: ${path}` }
  if (code === 'ELOOP') return { kind: 'forbidden', reason: `symbolic links in a circle: ${path}` }
  throw error
}
