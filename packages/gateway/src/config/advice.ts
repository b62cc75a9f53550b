import type { Problem } from './diagnostics.ts'
import { findForeign, nearestDirective } from './modules.ts'

/** Directives that articles tell of and no server has, with what to write instead. */
const invented: ReadonlyMap<string, string> = new Map([
  ['sessioncrypto', 'remove the line: SessionCryptoPassphrase switches encryption on'],
  ['sessioncryptodigest', 'remove the line: what is encrypted is always authenticated too'],
  ['sessioncryptohash', 'remove the line: what is encrypted is always authenticated too'],
  ['sessioncryptoiv', 'remove the line: every message gets a random IV of its own'],
])

/** Leaving these out would open what they protect. */
const protecting = new Set(
  'order allow deny satisfy allowmethods sslrequire sslrequiressl sslverifyclient authdigestprovider proxyblock chrootdir use'.split(
    ' ',
  ),
)

/** How many unknown names get a suggestion; the rest of a file that is no configuration gets none. */
const mostSuggestions = 200

/** Judges directives that have no table. */
export class Advisor {
  readonly #suggestions = new Map<string, string | undefined>()

  /** What to say about a directive, and whether it is an error even when the reader is lenient. */
  judge(name: string, raw: string): { readonly problem: Problem; readonly severity: 'error' | 'warning' | 'unknown' } {
    const advice = invented.get(name.toLowerCase())
    if (advice !== undefined) return { problem: { ...this.#unknown(name), fix: advice }, severity: 'unknown' }
    const foreign = findForeign(name)
    if (foreign === undefined) return { problem: this.#unknown(name), severity: 'unknown' }
    if (!protects(name, raw)) return { problem: ignored(foreign.name, foreign.module), severity: 'warning' }
    return { problem: refused(foreign.name, foreign.module), severity: 'error' }
  }

  #unknown(name: string): Problem {
    const nearest = this.#nearest(name)
    const problem: Problem = {
      code: 'unknown-directive',
      message: invalidCommand(name),
      found: name,
    }
    return nearest === undefined ? problem : { ...problem, expected: nearest, fix: `write ${nearest}` }
  }

  #nearest(name: string): string | undefined {
    const lower = name.toLowerCase()
    if (!this.#suggestions.has(lower) && this.#suggestions.size < mostSuggestions)
      this.#suggestions.set(lower, nearestDirective(name))
    return this.#suggestions.get(lower)
  }
}

const noStores =
  'remove the line: SessionCookieName keeps sessions in a cookie there, SessionDBDCookieName in a database'

/** What the real server has in the place of directives that it does not have. */
const inApache: Readonly<Record<string, string>> = {
  SessionTimeout: 'write SessionMaxAge',
  SessionStore: noStores,
  SessionStoreFileName: noStores,
  SessionDBDInsertSQL:
    'write DBDPrepareSQL "insert into session (value, expiry, key) values (%s, %lld, %s)" insertsession',
  SessionDBDSelectSQL:
    'write DBDPrepareSQL "select value from session where key = %s and (expiry = 0 or expiry > %lld)" selectsession',
  SessionDBDUpdateSQL:
    'write DBDPrepareSQL "update session set value = %s, expiry = %lld, key = %s where key = %s" updatesession',
  SessionDBDDeleteSQL: 'write DBDPrepareSQL "delete from session where key = %s" deletesession',
}

/** What to write for the real server in the place of a directive that it does not have. */
export function insteadInApache(name: string): string | undefined {
  return Object.hasOwn(inApache, name) ? inApache[name] : undefined
}

/** The words of the real server about a name that it does not know. */
export function invalidCommand(name: string): string {
  return `Invalid command '${name}', perhaps misspelled or defined by a module not included in the server configuration`
}

/** A RewriteRule protects when it forbids: its flags hold F, or G for gone. */
function protects(name: string, raw: string): boolean {
  const lower = name.toLowerCase()
  if (lower !== 'rewriterule') return protecting.has(lower)
  const flags = raw.endsWith(']') ? raw.slice(raw.lastIndexOf('[') + 1, -1).split(',') : []
  return flags.some((flag) => ['f', 'forbidden', 'g', 'gone'].includes(flag.trim().toLowerCase()))
}

function ignored(name: string, module: string): Problem {
  return {
    code: 'ignored-directive',
    message: `${name} is ignored: it belongs to ${module}, and this gateway does not do that`,
    found: name,
    fix: `remove the line, or put it into <IfModule ${module}>, which is skipped here`,
  }
}

const instead: Readonly<Record<string, string>> = {
  'mod_access_compat.c': 'write Require all granted, Require all denied or Require ip instead',
  'mod_rewrite.c': 'protect the path with <LocationMatch> and Require all denied instead',
  'mod_allowmethods.c': 'write Require method instead',
}

function refused(name: string, module: string): Problem {
  return {
    code: 'refused-directive',
    message: `${name} (${module}) is not supported, and leaving it out would open what it protects`,
    found: name,
    fix: instead[module] ?? 'protect the path with Require instead',
  }
}
