import { type Finding, formatDiagnostic, type Severity } from '../../config/diagnostics.ts'
import type { Source } from '../../config/source.ts'
import type { Output, Style } from './terminal.ts'

/** A finding, and what mends it. */
export interface MendableFinding extends Finding {
  /** The exact shell line that mends it. */
  readonly command?: string
}

const styles: Readonly<Record<Severity, Style>> = { error: 'bad', warning: 'warn', info: 'dim' }

/**
 * A finding as lines for people, without a line end.
 *
 * @param sources The files of the configuration by path: a finding that stands in one shows its line.
 */
export function formatFinding(finding: MendableFinding, out: Output, sources?: ReadonlyMap<string, Source>): string {
  const { file, severity, command } = finding
  const text = formatDiagnostic(finding, file === undefined ? undefined : sources?.get(file))
  const shown = text.replace(`${severity}:`, () => out.style(styles[severity], `${severity}:`))
  return command === undefined ? shown : `${shown}\n    run: ${out.style('strong', command)}`
}
