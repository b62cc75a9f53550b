import { SessionHeader } from '../config/directives/session.ts'
import { layersOf, type Site } from '../config/layer.ts'
import { foldedName } from '../proxy/fields.ts'

/** By which apps are told who somebody is: by the gateway, and by nobody else. */
const identity = [
  'remote-user',
  'x-remote-user',
  'x-remote-group',
  'x-remote-groups',
  'x-authenticated-user',
  'x-auth-request-user',
  'x-auth-request-email',
  'x-auth-request-groups',
]

/** How many spellings of names are remembered. */
const mostRemembered = 1000

/** The fields that are between gateway and app alone: a client may not say them, and never sees them. */
export class InternalFields {
  readonly #sessions: ReadonlySet<string>
  readonly #spoofable: ReadonlySet<string>
  readonly #verdicts = new Map<string, boolean>()

  /** @param site Whatever section names a session header: it is internal everywhere, since sections share apps. */
  constructor(site: Site) {
    const servers = [site.main, ...site.hosts]
    const settings = servers.flatMap((server) => [server, ...layersOf(server)].map((layer) => layer.settings))
    const named = settings.flatMap((own) => own.own(SessionHeader) ?? [])
    this.#sessions = new Set(named.map(foldedName))
    this.#spoofable = new Set(['session', ...this.#sessions, ...identity])
  }

  /** Whether an app must not have it from a client. @param name In any spelling: programs that see `X_A` cannot tell it from `X-A`. */
  isForbidden(name: string): boolean {
    const known = this.#verdicts.get(name)
    if (known !== undefined) return known
    const verdict = this.#spoofable.has(foldedName(name))
    if (this.#verdicts.size < mostRemembered) this.#verdicts.set(name, verdict)
    return verdict
  }

  /** The names, in lower case, of what a client must not have from an app. */
  get sessions(): ReadonlySet<string> {
    return this.#sessions
  }
}
