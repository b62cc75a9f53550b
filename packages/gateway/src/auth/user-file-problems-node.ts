import { accessSync, constants, statSync } from 'node:fs'
import type { Diagnostic, Problem } from '../config/diagnostics.ts'
import { AuthUserFile } from '../config/directives/auth-basic.ts'
import { AuthGroupFile } from '../config/directives/authz.ts'
import { layersOf, type Site } from '../config/layer.ts'
import { quoted } from '../session/stores/files/file-faults-node.ts'
import { permissionFix } from './files/watched-file-node.ts'

/**
 * What is wrong with the files of users and groups that the sections of a site name. The real server says so at the first login;
 * here it is a warning at the start, since a file may be made, or become readable, while the site is served.
 */
export function userFileProblems(site: Site): Diagnostic[] {
  const layers = [site.main, ...site.hosts].flatMap((server) => [...layersOf(server)])
  return layers.flatMap(({ settings }) =>
    [AuthUserFile, AuthGroupFile].flatMap((directive): Diagnostic[] => {
      const [path, place] = [settings.own(directive), settings.placeOf(directive)]
      if (path === undefined || place === undefined) return []
      const problem = problemOf(directive.name, path)
      return problem === undefined
        ? []
        : [{ severity: 'warning', ...place, code: 'unusable-file', found: path, ...problem }]
    }),
  )
}

function problemOf(name: string, path: string): Omit<Problem, 'code'> | undefined {
  const effect = name === 'AuthUserFile' ? 'nobody can log in' : 'nobody is in a group'
  try {
    if (!statSync(path).isFile()) return { message: `${name} is no regular file: ${effect}`, expected: 'a file' }
    accessSync(path, constants.R_OK)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      return { message: `Permission denied: ${path} (${name}): ${effect}`, fix: permissionFix(path) }
    return { message: `${name} cannot be read (${code ?? String(error)}): ${effect}`, fix: wayToMake(name, path) }
  }
}

function wayToMake(name: string, path: string): string {
  return name === 'AuthUserFile'
    ? `sekisho htpasswd --create ${quoted(path)} admin`
    : `write lines such as "staff: hana taro" into ${path}`
}
