import { withoutSecrets } from './secrets.ts'
import type { Place, Source } from './source.ts'

/** The stable code of a finding. */
export type DiagnosticCode =
  | 'unknown-directive'
  | 'ignored-directive'
  | 'refused-directive'
  | 'not-in-apache'
  | 'wrong-context'
  | 'wrong-arguments'
  | 'bad-value'
  | 'odd-value'
  | 'bad-expression'
  | 'malformed-section'
  | 'unclosed-section'
  | 'unmatched-close'
  | 'include-failed'
  | 'include-cycle'
  | 'undefined-variable'
  | 'bad-text'
  | 'too-large'
  | 'missing-directive'
  | 'weak-setting'
  | 'unusable-file'
  | 'skipped-section'
  | 'differs-in-apache'

/** Every finding about a configuration, by its stable code. */
export const diagnosticTable: Readonly<Record<DiagnosticCode, string>> = {
  'unknown-directive': 'No module has a directive or section of this name.',
  'ignored-directive': 'A directive of a module that this gateway does not have; it has no effect.',
  'refused-directive': 'A directive that cannot be left out without opening what it protects, or that must not exist.',
  'not-in-apache': 'The real server does not know this directive and would not start.',
  'wrong-context': 'The directive or section may not stand here.',
  'wrong-arguments': 'The number or the kind of the arguments is wrong.',
  'bad-value': 'An argument has a value that the directive does not take.',
  'odd-value': 'An argument is taken, but probably means something else than its author thought.',
  'bad-expression': 'A condition or a regular expression could not be read.',
  'malformed-section': 'A section is not opened as it should be.',
  'unclosed-section': 'The file ends inside a section.',
  'unmatched-close': 'A closing tag does not match the section that is open.',
  'include-failed': 'An included file or folder could not be read.',
  'include-cycle': 'A file includes itself, directly or through others.',
  'undefined-variable': 'A `${NAME}` is neither defined nor in the environment.',
  'bad-text': 'The file holds characters that no configuration can hold.',
  'too-large': 'A limit of the reader was reached; what follows was not read.',
  'missing-directive': 'Directives belong together, and one of them is missing.',
  'weak-setting': 'The configuration works, and is weaker than it looks.',
  'unusable-file': 'A file that a directive names is not there, or cannot be read.',
  'skipped-section': 'A section whose condition does not hold; nothing in it counts.',
  'differs-in-apache': 'The real server takes this, and something else comes of it than here.',
}

/** What is wrong, without the place. */
export interface Problem {
  readonly code: DiagnosticCode
  /** One sentence; where the real server has a message for the same mistake, its words. */
  readonly message: string
  /** What would have been right. */
  readonly expected?: string
  /** What stands there. Never a passphrase. */
  readonly found?: string
  /** What to do about it. */
  readonly fix?: string
}

/** How grave a finding is: with an error the configuration cannot be used. */
export type Severity = 'error' | 'warning' | 'info'

/** One finding about a configuration. */
export interface Diagnostic extends Problem, Place {
  readonly severity: Severity
}

/** Findings without those that say the same about the same place. */
export function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const told = new Map<string, Diagnostic>()
  for (const diagnostic of diagnostics) {
    const { file, line, column, message } = diagnostic
    const key = `${file}:${line}:${column}: ${message}`
    if (!told.has(key)) told.set(key, diagnostic)
  }
  return [...told.values()]
}

/** Collects findings in the order in which they are made. */
export class Diagnostics {
  readonly list: Diagnostic[] = []

  add(severity: Severity, place: Place, problem: Problem): void {
    const { file, line, column } = place
    this.list.push({ severity, file, line, column, ...problem })
  }

  get failed(): boolean {
    return this.list.some(({ severity }) => severity === 'error')
  }
}

/** A finding of any kind, as it is told: one that is not about a configuration has codes of its own, and may have no place. */
export interface Finding extends Omit<Problem, 'code'>, Partial<Place> {
  readonly severity: Severity
  readonly code: string
}

/**
 * A finding as text: the place and the message, the line with a caret below the column, and what mends it.
 *
 * @param source The file it is about; without it the line is left out.
 */
export function formatDiagnostic(finding: Finding, source?: Source): string {
  const { file, line = 1, column = 1, severity, message, expected, found, fix, code } = finding
  const place = file === undefined ? '' : `${file}:${line}:${column}: `
  const parts = [`${place}${severity}: ${message} [${code}]`]
  const text = source?.lineText(line)
  if (text !== undefined && text !== '')
    parts.push(`    ${withoutSecrets(text)}`, `    ${indent(text.slice(0, column - 1))}^`)
  if (expected !== undefined) parts.push(`    expected: ${expected}`)
  if (found !== undefined) parts.push(`    found: ${found}`)
  if (fix !== undefined) parts.push(`    fix: ${fix}`)
  return parts.join('\n')
}

/** Blanks as wide as a text: tabs stay tabs, and the characters of East Asian scripts take two columns. */
function indent(text: string): string {
  return text.replaceAll(/[^\t]/gu, (character) => (/[\u1100-\u115f\u2e80-\uffdc]/.test(character) ? '  ' : ' '))
}
