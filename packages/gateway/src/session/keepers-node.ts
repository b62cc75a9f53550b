import type { SessionStore } from 'sekisho/store'
import { type Diagnostic, distinct } from '../config/diagnostics.ts'
import type { SettingsView } from '../config/directive.ts'
import type { Site } from '../config/layer.ts'
import { type SessionPolicy, sessionPolicy } from '../config/session-policy.ts'
import type { PassphraseUsage, SessionKeeper, SessionKeepers } from './contract.ts'
import { DeferredKeeper } from './deferred-keeper.ts'
import { KeeperFactory, type KeeperOptions, type Made } from './keeper-factory.ts'
import { keeperKey } from './keeper-key.ts'
import { SessionCookie } from './session-cookie.ts'
import type { GatewayState } from './state-node.ts'
import { sessionViews } from './views.ts'

export type { KeeperOptions } from './keeper-factory.ts'

/**
 * Makes the keepers of a site. What its sections name is tried now: passphrases, directories, statements, the parameters of
 * connections. A server that is away at the moment is only a warning: what needs it is answered with 503 until it is back.
 */
export async function sessionKeepers(site: Site, options: KeeperOptions): Promise<SessionKeepers> {
  const keepers = new Keepers(options)
  await keepers.prepare([...sessionViews(site)])
  return keepers
}

class Keepers implements SessionKeepers {
  problems: readonly Diagnostic[] = []
  readonly #factory: KeeperFactory
  readonly #state: GatewayState
  readonly #bySettings = new WeakMap<SettingsView, SessionKeeper>()
  readonly #byKey = new Map<string, SessionKeeper>()
  readonly #made: Promise<Made>[] = []
  readonly #stores = new Set<SessionStore>()

  constructor(options: KeeperOptions) {
    this.#factory = new KeeperFactory(options)
    this.#state = options.state
  }

  /** Makes a keeper for each policy that the sections show, one after the other: problems come in the order of the lines. */
  async prepare(views: readonly SettingsView[]): Promise<void> {
    const byKey = new Map(views.map((view) => [keeperKey(view), view]))
    await this.#factory.expect([...byKey.values()])
    for (const [key, view] of byKey) {
      const policy = sessionPolicy(view)
      if (policy === undefined) continue
      const { keeper, problems } = await this.#make(view, policy)
      this.#byKey.set(key, keeper)
      this.problems = distinct([...this.problems, ...problems])
    }
  }

  keeper(settings: SettingsView): SessionKeeper | undefined {
    const known = this.#bySettings.get(settings)
    if (known !== undefined) return known
    const policy = sessionPolicy(settings)
    if (policy === undefined) return undefined
    const key = keeperKey(settings)
    const keeper = this.#byKey.get(key) ?? this.#deferred(settings, policy)
    this.#byKey.set(key, keeper)
    this.#bySettings.set(settings, keeper)
    return keeper
  }

  get stores(): SessionStore[] {
    return [...this.#stores]
  }

  passphraseUsage(): PassphraseUsage[] {
    return this.#state.passphrases.usage()
  }

  async close(): Promise<void> {
    const made = await Promise.allSettled(this.#made)
    for (const outcome of made) if (outcome.status === 'fulfilled') await outcome.value.close()
    this.#factory.close()
  }

  async #make(settings: SettingsView, policy: SessionPolicy): Promise<Made> {
    const making = this.#factory.make(settings, policy)
    this.#made.push(making)
    const made = await making
    if (made.store !== undefined) this.#stores.add(made.store)
    return made
  }

  /** A policy that no section showed alone: several sections that meet, or a `.htaccess` file. */
  #deferred(settings: SettingsView, policy: SessionPolicy): SessionKeeper {
    const made = this.#make(settings, policy).then(({ keeper, problems }) => {
      for (const { severity, message, file, line } of problems)
        this.#factory.tell({ level: severity === 'error' ? 'error' : 'warn', message: `${file}:${line}: ${message}` })
      return keeper
    })
    // Whoever opens a session is told of a failure; until then it is nobody's.
    made.catch(() => {})
    return new DeferredKeeper(new SessionCookie(policy.cookie), made)
  }
}
