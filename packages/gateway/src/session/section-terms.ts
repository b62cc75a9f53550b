import type { SettingsView } from '../config/directive.ts'
import type { SessionPolicy } from '../config/session-policy.ts'
import type { GatewayState } from './state-node.ts'

/** What a keeper is made from. */
export interface SectionTerms {
  readonly settings: SettingsView
  readonly policy: SessionPolicy
  /** The sealing one first; empty: nothing is encrypted. */
  readonly passphrases: readonly string[]
  readonly state: GatewayState
}
