import type { SessionStore } from 'sekisho/store'
import type { Diagnostic } from '../config/diagnostics.ts'
import type { SettingsView } from '../config/directive.ts'
import { type SessionPolicy, sessionPolicy } from '../config/session-policy.ts'
import type { SessionKeeper, SessionNotice } from './contract.ts'
import { cookieKeeper } from './cookie/make-cookie-keeper.ts'
import { Notices } from './notices.ts'
import { PassphraseReader } from './passphrases/section-passphrases.ts'
import { diagnosticAt, ProblemError } from './problems.ts'
import { RefusingKeeper } from './refusing-keeper.ts'
import type { SectionTerms } from './section-terms.ts'
import { SessionCookie } from './session-cookie.ts'
import type { GatewayState } from './state-node.ts'
import { ExpiredSessions } from './stored/expired-sessions.ts'
import { storedKeeper } from './stored/make-stored-keeper.ts'
import { reasonOf } from './stores/failure.ts'
import { usable } from './stores/usable-store.ts'

/** What keepers stand on. */
export interface KeeperOptions {
  /** Opened once for the process, and the same for every configuration that it serves. */
  readonly state: GatewayState
  /** How many processes serve the site (default 1): sessions in memory need a single one. */
  readonly workers?: number
  /** Is told what goes wrong beside requests (default: nobody). */
  onNotice?(notice: SessionNotice): void
}

/** A keeper, what was found while it was made, and how to let go of what it uses. */
export interface Made {
  readonly keeper: SessionKeeper
  /** Where its sessions are, when they are on the server. */
  readonly store?: SessionStore
  readonly problems: readonly Diagnostic[]
  close(): Promise<void>
}

/** Makes keepers, and finds out whether what their sections name can be used. */
export class KeeperFactory {
  readonly #options: KeeperOptions
  readonly #passphrases = new PassphraseReader()
  readonly #expired = new ExpiredSessions()
  readonly #notices: Notices

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#notices = new Notices((notice) => options.onNotice?.(notice))
  }

  /** Tells beforehand for which sections keepers will be made, so that nothing derived from passphrases that stay is lost. */
  async expect(sections: readonly SettingsView[]): Promise<void> {
    const terms = sections.map(async (settings) => {
      const { texts: passphrases } = await this.#passphrases.read(settings)
      const policy = sessionPolicy(settings)
      const { cipher = 'xaes256' } = policy ?? {}
      return cipher === 'xaes256' || passphrases.length === 0 ? [] : [{ cipher, passphrases }]
    })
    this.#options.state.passphrases.expect((await Promise.all(terms)).flat())
  }

  /** Makes the keeper of a section: one that refuses where it cannot be made. */
  async make(settings: SettingsView, policy: SessionPolicy): Promise<Made> {
    const { texts: passphrases, problems } = await this.#passphrases.read(settings)
    const grave = problems.find(({ severity }) => severity === 'error')
    if (grave !== undefined) return refusal(policy, problems, grave)
    try {
      const made = await this.#keeper({ settings, policy, passphrases, state: this.#options.state })
      return { ...made, problems: [...problems, ...made.problems] }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const problem = diagnosticAt(settings, error.problem, error.context)
      return refusal(policy, [...problems, problem], problem)
    }
  }

  /** Passes on what goes wrong beside requests. */
  tell(notice: SessionNotice): void {
    this.#notices.tell(notice)
  }

  close(): void {
    this.#expired.close()
  }

  async #keeper(terms: SectionTerms): Promise<Made> {
    const { settings, policy } = terms
    if (policy.store === 'cookie') return { keeper: await cookieKeeper(terms), problems: [], close: async () => {} }
    const { state, workers = 1 } = this.#options
    const onError = (error: unknown) =>
      this.tell({ level: 'warn', message: `A connection of the sessions broke: ${reasonOf(error)}` })
    const { lease, problems } = await usable(policy.store, settings, { state, workers, onError })
    const { keeper, close } = await storedKeeper(terms, lease.resource, this.#expired)
    const { lent: store } = lease.resource
    return { keeper, store, problems, close: () => close().finally(() => lease.release()) }
  }
}

function refusal({ cookie }: SessionPolicy, problems: readonly Diagnostic[], { message }: Diagnostic): Made {
  return { keeper: new RefusingKeeper(new SessionCookie(cookie), message), problems, close: async () => {} }
}
