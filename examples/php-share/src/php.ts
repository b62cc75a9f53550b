/**
 * The programs that PHP's pages need on this machine, and as whom they run.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Failure } from './program.ts'

/** Apache and php-fpm, by their paths. */
export interface PhpPrograms {
  readonly apache: string
  readonly fpm: string
}

/** Debian's `www-data`, which has the same number on every system. */
const wwwData = '33'

/** Where Debian has the modules, as `apache.conf` says too. */
const proxyModule = '/usr/lib/apache2/modules/mod_proxy_fcgi.so'

/** @param folders Where to look. @throws Failure where one of them is missing or too old, with the line that mends it. */
export function findPhp(folders: readonly string[] = usualFolders()): PhpPrograms {
  const programs = folders.flatMap(programsIn)
  const apache = programs.find((program) => program.endsWith('/apache2'))
  const fpm = programs.filter((program) => /\/php-fpm[\d.]*$/.test(program)).find(isNewEnough)
  if (apache !== undefined && fpm !== undefined && existsSync(proxyModule)) return { apache, fpm }
  const missing = fpm === undefined ? 'php-fpm 8.1 or later' : 'Apache with mod_proxy_fcgi'
  throw new Failure(`this example needs ${missing}: sudo apt-get install apache2-bin php-fpm`)
}

/**
 * As whom PHP and Apache run: as we do, so that both halves may read each other's sessions. Apache refuses to answer requests as
 * root; then `www-data` does, which may talk to PHP and read nothing.
 */
export function accounts(): Readonly<Record<string, string>> {
  const [user, group] = [String(process.getuid?.()), String(process.getgid?.())]
  const [webUser, webGroup] = isRoot() ? [wwwData, wwwData] : [user, group]
  return { OWN_USER: user, OWN_GROUP: group, WEB_USER: webUser, WEB_GROUP: webGroup }
}

/** Whether we are root, as in most containers. php-fpm has to be told that this is meant. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Debian keeps both where only root's PATH leads. */
function usualFolders(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
}

/** None for a folder that is not there, or may not be looked into. */
function programsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((file) => join(folder, file))
  } catch {
    return []
  }
}

function isNewEnough(fpm: string): boolean {
  const { stdout } = spawnSync(fpm, ['--version'], { encoding: 'utf8' })
  const [, major = '0', minor = '0'] = /^PHP (\d+)\.(\d+)/.exec(stdout ?? '') ?? []
  return Number(major) * 100 + Number(minor) >= 801
}
