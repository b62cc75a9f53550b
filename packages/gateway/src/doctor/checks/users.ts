import { readFileSync, type Stats, statSync } from 'node:fs'
import type { SettingsView } from '../../config/directive.ts'
import { AuthType, AuthUserFile, AuthUserFileAllow } from '../../config/directives/auth-basic.ts'
import { userFileProblems } from '../../auth/user-file-problems-node.ts'
import { layersOf, type Site } from '../../config/layer.ts'
import { inFrontOf } from '../../config/settings.ts'
import { readUsers, type Users } from '../../auth/files/password-file.ts'
import { isUnusable, readStoredPassword, type WeakScheme } from '../../auth/password/stored-password.ts'
import { type Check, once, type Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot, quoted, withSudo } from '../mend/shell.ts'
import { blockedAncestor, canRead } from '../site/ground-node.ts'
import type { SitePatient } from '../site/patient.ts'
import { passage } from './state.ts'

/** Can the gateway read who may log in, and nobody guess the passwords? */
export const usersCheck: Check<SitePatient> = {
  name: 'users',
  asks: 'Are the files of AuthUserFile and AuthGroupFile there, can the gateway and nobody else read them, and are the hashes strong?',
  needs: ['configuration'],
  looks: ({ config }) => [
    ...loginsOf(config.site).map((settings) => ({
      about: { key: settings.get(AuthUserFile) ?? '', name: 'the file of users' },
      run: () => look(settings),
    })),
    ...once(() => unusable(config.site)),
  ],
}

/** In the words of `check` and of the start, where it is a warning: here nobody can log in now. */
function unusable(site: Site): Sight {
  return {
    findings: userFileProblems(site).map(({ fix, ...problem }) => {
      const { found: path = '', file, line, column } = problem
      const blocked = blockedAncestor(path)
      if (blocked !== undefined) return { ...passage(path, blocked), file, line, column }
      return { ...problem, severity: 'error', ...mending(fix) }
    }),
  }
}

/** Some mendings are lines for a shell. */
function mending(fix: string | undefined): Pick<Advice, 'fix' | 'command'> {
  if (fix === undefined) return {}
  return /^(?:sudo|sekisho) /.test(fix) ? { command: withSudo(fix) } : { fix }
}

/** The settings of sections with a login, each file once. */
function loginsOf(site: Site): SettingsView[] {
  const views = [site.main, ...site.hosts].flatMap((server) => {
    const base = server === site.main ? site.main.settings : inFrontOf(site.main.settings, server.settings)
    return [base, ...[...layersOf(server)].map((layer) => inFrontOf(base, layer.settings))]
  })
  const asking = views.filter((view) => (view.get(AuthType) ?? 'None') !== 'None')
  return [...new Map(asking.map((view) => [view.get(AuthUserFile) ?? '', view])).values()]
}

function look(settings: SettingsView): Sight {
  const path = settings.get(AuthUserFile)
  const place = settings.placeOf(AuthUserFile) ?? settings.placeOf(AuthType) ?? {}
  if (path === undefined) {
    const message = `AuthType ${settings.get(AuthType)} needs an AuthUserFile`
    const expected = 'AuthUserFile with the path of a password file'
    return { findings: [advice('error', 'users-missing', message, { ...place, expected })] }
  }
  // What cannot be read is told once, for users and groups alike.
  if (!canRead(path) || !statSync(path).isFile()) return {}
  const allowed = new Set(settings.get(AuthUserFileAllow))
  const users = readUsers(readFileSync(path, 'utf8'), path, allowed)
  const findings = [openToOthers(path, statSync(path)), weakHashes(path, users, allowed)]
  return {
    findings: [...findings.flatMap((one) => (one === undefined ? [] : [{ ...one, ...place }])), ...users.findings],
    details: [`${path}: ${users.stored.size} users`],
  }
}

function openToOthers(path: string, { mode }: Stats): Advice | undefined {
  if ((mode & 0o007) === 0) return undefined
  const message = `Everybody on this machine can read ${path}, and guess at the passwords in it`
  const command = asRoot(`chmod o= ${quoted(path)}`)
  return advice('warning', 'open-to-others', message, { found: `mode ${(mode & 0o777).toString(8)}`, command })
}

/** Thousands of millions of these can be tried in a second, by whoever has the file. */
const quick: ReadonlySet<string> = new Set(['sha1', 'des', 'plain', 'md5', 'apr1'])

function weakHashes(path: string, { stored }: Users, allowed: ReadonlySet<WeakScheme>): Advice | undefined {
  const weak = [...stored].flatMap(([user, hash]) => {
    const reading = readStoredPassword(hash, allowed)
    return !isUnusable(reading) && quick.has(reading.scheme) ? [{ user, scheme: reading.scheme }] : []
  })
  const [first] = weak
  if (first === undefined) return undefined
  const schemes = [...new Set(weak.map(({ scheme }) => scheme))].join(', ')
  const message = `${weak.length} of ${stored.size} passwords in ${path} are kept so that they are quickly guessed: ${schemes}`
  return advice('warning', 'users-weak', message, {
    expected: 'bcrypt',
    fix: 'set the passwords anew, one user after the other',
    command: `sekisho htpasswd ${quoted(path)} ${quoted(first.user)}`,
  })
}
