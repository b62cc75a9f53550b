import type { Diagnostic } from '../config/diagnostics.ts'
import type { Source } from '../config/source.ts'
import { explainShellLine } from '../explain/shell-lines.ts'

/** Articles print lines for the shell beside lines for the configuration; what was pasted into the wrong place is told its own. */
export function withShellHints(
  findings: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source>,
): readonly Diagnostic[] {
  return findings.map((finding) => {
    if (finding.code !== 'unknown-directive') return finding
    const text = sources.get(finding.file)?.lineText(finding.line)
    const answer = text === undefined ? undefined : explainShellLine(text)
    if (answer === undefined) return finding
    const { expected: _, ...rest } = finding
    const instead = answer.here.length === 0 ? 'nothing needs to be typed here' : `type ${answer.here.join(', then ')}`
    return { ...rest, fix: `remove the line: it is one for a shell, and ${answer.meaning}; ${instead}` }
  })
}
