import { type Diagnostic, formatDiagnostic } from '../config/diagnostics.ts'
import type { LoadedConfig } from '../config/load-node.ts'
import type { Source } from '../config/source.ts'

/** Findings as text, each with its place, what was expected, what was found, and what mends it. */
export function formatProblems(problems: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): string {
  return problems.map((problem) => formatDiagnostic(problem, sources.get(problem.file))).join('\n')
}

/** Whether a finding keeps a configuration from being used. */
export function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}

/** The warnings about a configuration as text; undefined when there are none. */
export function formatWarnings({
  diagnostics,
  sources,
}: Pick<LoadedConfig, 'diagnostics' | 'sources'>): string | undefined {
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning')
  return warnings.length === 0 ? undefined : formatProblems(warnings, sources)
}

/** A configuration that cannot be used. */
export class ConfigFailure extends Error {
  readonly problems: readonly Diagnostic[]
  /** The files that they are about, by path. */
  readonly sources: ReadonlyMap<string, Source>

  constructor(problems: readonly Diagnostic[], sources: ReadonlyMap<string, Source>) {
    super(formatProblems(problems, sources))
    this.name = 'ConfigFailure'
    this.problems = problems
    this.sources = sources
  }
}

/** For whoever needs the files of a configuration, and not that it is right. @throws ConfigFailure when one cannot be read. */
export function mustBeRead({ diagnostics, sources }: Pick<LoadedConfig, 'diagnostics' | 'sources'>): void {
  const unread = diagnostics.filter((problem) => isError(problem) && problem.code === 'include-failed')
  if (unread.length > 0) throw new ConfigFailure(unread, sources)
}
