import { type Diagnostic, formatDiagnostic } from '../config/diagnostics.ts'
import type { Source } from '../config/source.ts'

/** Findings as text, each with its place, what was expected, what was found, and what mends it. */
export function formatProblems(problems: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): string {
  return problems.map((problem) => formatDiagnostic(problem, sources.get(problem.file))).join('\n')
}

/** A configuration that cannot be used. */
export class ConfigFailure extends Error {
  readonly problems: readonly Diagnostic[]

  constructor(problems: readonly Diagnostic[], sources: ReadonlyMap<string, Source>) {
    super(formatProblems(problems, sources))
    this.name = 'ConfigFailure'
    this.problems = problems
  }
}
