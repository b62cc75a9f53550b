/** How a command ends. */
export const exitCodes = {
  /** All is well. */
  good: 0,
  /** Something was found, or something failed. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** Ctrl-C, or SIGTERM. */
  interrupted: 130,
  /** The reader of the output went away. */
  closedPipe: 141,
} as const

/** Everything that is said about a failure. Never a token, a passphrase, a hash or a password. */
export interface Failure {
  /** Stable, for scripts: `no-configuration`. */
  readonly code: string
  /** One sentence: what could not be done. */
  readonly what: string
  /** One sentence: the reason. */
  readonly why: string
  /** What mends it: a shell line, or one sentence. */
  readonly fix: string
}

/** A failure that the person at the terminal can mend. */
export class CommandError extends Error {
  readonly code: string
  readonly why: string
  readonly fix: string
  /** Default 1. */
  readonly exitCode: number

  constructor(
    { code, what, why, fix }: Failure,
    { exitCode = exitCodes.failed, cause }: { readonly exitCode?: number; readonly cause?: unknown } = {},
  ) {
    super(what, cause === undefined ? {} : { cause })
    this.name = 'CommandError'
    this.code = code
    this.why = why
    this.fix = fix
    this.exitCode = exitCode
  }
}

/** Work was stopped by Ctrl-C, by SIGTERM or by a closed pipe; what it was doing is whole. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(exitCode: number = exitCodes.interrupted) {
    super('interrupted')
    this.name = 'Interrupted'
    this.exitCode = exitCode
  }
}
