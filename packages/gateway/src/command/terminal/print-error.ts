import { CommanderError } from 'commander'
import { type ErrorCode, errorTable, SekishoError, SekishoUsageError } from 'sekisho'
import { ConfigFailure } from '../../server/config-failure.ts'
import { CommandError, exitCodes, type Failure, Interrupted } from './command-error.ts'
import { formatFinding } from './findings.ts'
import type { Terminal } from './terminal.ts'
import { usageFailure } from './usage-failure.ts'

/** How an error is told. */
export interface ErrorOptions {
  /** As a JSON document on standard output. */
  readonly json: boolean
  /** With the stack of an error that nobody thought of. */
  readonly debug: boolean
}

/** Tells what ended a command. @returns How the process ends. */
export function printError(error: unknown, { out, err }: Pick<Terminal, 'out' | 'err'>, options: ErrorOptions): number {
  if (error instanceof Interrupted) return error.exitCode
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.good
  // People were shown what there is.
  if (isHelp(error) && !options.json) return exitCodes.usage
  if (error instanceof ConfigFailure) {
    if (options.json) out.json({ error: { ...configurationFails, problems: error.problems } })
    else for (const problem of error.problems) err.line(formatFinding(problem, err, error.sources))
    return exitCodes.failed
  }
  const failure = failureOf(error, options)
  if (options.json) out.json({ error: failure })
  else {
    err.line(`${err.style('bad', 'error:')} ${failure.what}`)
    for (const name of ['code', 'why', 'fix'] as const) err.line(`  ${`${name}:`.padEnd(5)} ${failure[name]}`)
  }
  return exitCodeOf(error)
}

function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help'
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return exitCodes.usage
  return error instanceof CommandError ? error.exitCode : exitCodes.failed
}

const configurationFails: Failure = {
  code: 'configuration',
  what: 'The configuration cannot be used',
  why: 'it has errors',
  fix: 'mend each of the problems: those that can say how have a fix of their own',
}

function failureOf(error: unknown, { debug }: ErrorOptions): Failure {
  if (error instanceof CommanderError) return usageFailure(error)
  if (error instanceof CommandError) {
    const { code, message: what, why, fix } = error
    return { code, what, why, fix }
  }
  if (error instanceof SekishoError || error instanceof SekishoUsageError) {
    const { meaning: why, fix } = errorTable[error.code as ErrorCode]
    return { code: error.code, what: error.message, why, fix }
  }
  return unexpected(error, debug)
}

function unexpected(error: unknown, debug: boolean): Failure {
  const what = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  return {
    code: 'unexpected',
    what,
    why: debug && stack !== undefined ? stack : 'a mistake of this program, or something that it has not thought of',
    fix: debug ? 'report it together with the lines above' : 'run it again with --debug, and report what it says then',
  }
}
