import type { Diagnostic, Problem, Severity } from '../config/diagnostics.ts'
import type { Directive, SettingsView } from '../config/directive.ts'
import { Session } from '../config/directives/session.ts'

/** Where a problem belongs, and how grave it is. */
export interface ProblemContext {
  /** The directive that it is about (default: the one that switches sessions on). */
  readonly at?: Directive
  /** With an error the gateway does not start (default `error`). */
  readonly severity?: Severity
}

/** What a directive names cannot be used. */
export class ProblemError extends Error {
  readonly problem: Problem
  readonly context: ProblemContext

  constructor(problem: Problem, context: ProblemContext = {}) {
    super(problem.message)
    this.name = 'ProblemError'
    this.problem = problem
    this.context = context
  }
}

/** A problem at the line of a directive; where nobody wrote that directive, at the line that switches sessions on. */
export function diagnosticAt(settings: SettingsView, problem: Problem, context: ProblemContext = {}): Diagnostic {
  const { at = Session, severity = 'error' } = context
  const place = settings.placeOf(at) ?? settings.placeOf(Session) ?? { file: '', line: 1, column: 1 }
  const { file, line, column } = place
  return { severity, file, line, column, ...problem }
}

/** Runs work whose problems are about a directive, unless they say otherwise. */
export function about<T>(at: Directive, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ProblemError) || error.context.at !== undefined) throw error
    throw new ProblemError(error.problem, { ...error.context, at })
  }
}
