import { exitCodes, Interrupted } from './command-error.ts'

/** Ends work early without harm. */
export interface Interruption {
  /** Aborted with an {@link Interrupted}. Only from the first look at it on are signals caught: until then they end the process. */
  readonly signal: AbortSignal
  /** Whether it has been aborted. */
  readonly happened: Interrupted | undefined
}

/** Catches Ctrl-C, SIGTERM and a reader of standard output that goes away. */
export function catchInterruption(stdout: Pick<NodeJS.WriteStream, 'on'> = process.stdout): Interruption {
  const controller = new AbortController()
  let isWatched = false
  let happened: Interrupted | undefined
  const interrupt = (exitCode: number): void => {
    if (happened !== undefined || !isWatched) process.exit(exitCode)
    happened = new Interrupted(exitCode)
    controller.abort(happened)
  }
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unwritable(error)
    // Each further write fails too, and says nothing new.
    if (happened === undefined) interrupt(exitCodes.closedPipe)
  })
  return {
    get signal() {
      if (!isWatched)
        for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt(exitCodes.interrupted))
      isWatched = true
      return controller.signal
    },
    get happened() {
      return happened
    },
  }
}

/** A full disk behind a redirection: the result is not whole, and no exit code of the command would be true. */
function unwritable({ code = 'unknown error' }: NodeJS.ErrnoException): never {
  process.stderr.write(`error: the output cannot be written: ${code}\n`)
  process.exit(exitCodes.failed)
}
