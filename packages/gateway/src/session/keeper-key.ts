import type { Directive, SettingsView } from '../config/directive.ts'
import { dbdModule } from '../config/directives/dbd.ts'
import { sessionCookieModule } from '../config/directives/session-cookie.ts'
import { sessionCryptoModule } from '../config/directives/session-crypto.ts'
import { sessionDbdModule } from '../config/directives/session-dbd.ts'
import { sessionModule, SessionExclude, SessionInclude } from '../config/directives/session.ts'

/** Which requests have a session is asked before its keeper is. */
const beside: readonly Directive[] = [SessionInclude, SessionExclude]

const deciding: ReadonlySet<Directive> = new Set(
  [sessionModule, sessionCookieModule, sessionCryptoModule, sessionDbdModule, dbdModule].flatMap(({ directives }) =>
    directives.filter((directive) => !beside.includes(directive)),
  ),
)

/** Whether a keeper depends on a directive. */
export function decides(directive: Directive): boolean {
  return deciding.has(directive)
}

/** Says all that a keeper depends on: sections with the same key share one. It holds passphrases, so it is for memory only. */
export function keeperKey(settings: SettingsView): string {
  return JSON.stringify(Array.from(deciding, (directive) => plain(settings.own<unknown>(directive))))
}

function plain(value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}
