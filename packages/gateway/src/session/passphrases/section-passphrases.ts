import type { Diagnostic, Problem } from '../../config/diagnostics.ts'
import type { Directive, SettingsView } from '../../config/directive.ts'
import {
  type Passphrase,
  SessionCryptoPassphrase,
  SessionCryptoPassphraseFile,
} from '../../config/directives/session-crypto.ts'
import { filedPassphrases, spokenPassphrases } from './passphrases-node.ts'
import { diagnosticAt, ProblemError } from '../problems.ts'

/** What a section encrypts with. */
export interface SectionPassphrases {
  /** The sealing one first; empty: nothing is encrypted. */
  readonly texts: readonly string[]
  readonly problems: readonly Diagnostic[]
}

type Spoken = Map<readonly Passphrase[], Promise<string[]>>

/** Asks for the passphrases of sections. A program runs once, however many sections inherit its line. */
export class PassphraseReader {
  readonly #spoken: Spoken = new Map()

  /** The passphrases of a section, in the order of their lines. */
  async read(settings: SettingsView): Promise<SectionPassphrases> {
    const problems: Diagnostic[] = []
    const parts = await Promise.all([
      this.#guarded(SessionCryptoPassphrase, settings, problems, () => this.#speak(settings)),
      this.#guarded(SessionCryptoPassphraseFile, settings, problems, () => readFile(settings, problems)),
    ])
    if (isFileFirst(settings)) parts.reverse()
    return { texts: parts.flat(), problems }
  }

  #speak(settings: SettingsView): Promise<string[]> {
    const phrases = settings.get(SessionCryptoPassphrase)
    const known = this.#spoken.get(phrases) ?? spokenPassphrases(phrases)
    this.#spoken.set(phrases, known)
    return known
  }

  async #guarded(
    directive: Directive,
    settings: SettingsView,
    problems: Diagnostic[],
    read: () => string[] | Promise<string[]>,
  ): Promise<string[]> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      problems.push(diagnosticAt(settings, error.problem, { at: directive }))
      return []
    }
  }
}

function readFile(settings: SettingsView, problems: Diagnostic[]): string[] {
  const path = settings.get(SessionCryptoPassphraseFile)
  if (path === undefined) return []
  const { passphrases, isReadableByAll } = filedPassphrases(path)
  if (isReadableByAll)
    problems.push(diagnosticAt(settings, readable(path), { at: SessionCryptoPassphraseFile, severity: 'warning' }))
  return passphrases
}

function readable(path: string): Problem {
  const message = `Everybody on this machine can read the passphrases in ${path}`
  return { code: 'weak-setting', message, fix: `chmod o= '${path}'` }
}

function isFileFirst(settings: SettingsView): boolean {
  const [file, spoken] = [settings.placeOf(SessionCryptoPassphraseFile), settings.placeOf(SessionCryptoPassphrase)]
  return file !== undefined && spoken !== undefined && file.file === spoken.file && file.line < spoken.line
}
