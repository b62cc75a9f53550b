import type { Diagnostic, Problem } from '../../config/diagnostics.ts'
import type { SettingsView } from '../../config/directive.ts'
import { type Passphrase, SessionCryptoPassphrase } from '../../config/directives/session-crypto.ts'
import { type PassphraseTexts, passphraseTexts } from './passphrases-node.ts'
import { diagnosticAt, ProblemError, type ProblemContext } from '../problems.ts'

/** What a section encrypts with. */
export interface SectionPassphrases {
  /** The sealing one first; empty: nothing is encrypted. */
  readonly texts: readonly string[]
  readonly problems: readonly Diagnostic[]
}

const at: ProblemContext = { at: SessionCryptoPassphrase }

/** Asks for the passphrases of sections. A program runs once, however many sections inherit its line. */
export class PassphraseReader {
  readonly #asked = new Map<readonly Passphrase[], Promise<PassphraseTexts>>()

  /** The passphrases of a section, in the order of their lines. */
  async read(settings: SettingsView): Promise<SectionPassphrases> {
    const phrases = settings.get(SessionCryptoPassphrase)
    const asked = this.#asked.get(phrases) ?? passphraseTexts(phrases)
    this.#asked.set(phrases, asked)
    try {
      const { texts, exposed } = await asked
      const warned = exposed.map((path) => diagnosticAt(settings, readable(path), { ...at, severity: 'warning' }))
      return { texts, problems: warned }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return { texts: [], problems: [diagnosticAt(settings, error.problem, at)] }
    }
  }
}

function readable(path: string): Problem {
  const message = `Everybody on this machine can read the passphrases in ${path}`
  return { code: 'weak-setting', message, fix: `chmod o= '${path}'` }
}
