import { catchInterruption, type Interruption } from './interruption.ts'
import { outputOf } from './output.ts'
import { showProgress } from './progress.ts'
import { askConfirmation, askPassword } from './questions.ts'
import { formatTable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** The terminal of this process. */
export interface OpenTerminal extends Terminal {
  /** What ended the command early, if anything did. */
  readonly interruption: Interruption
  /** Resolves when all that was written is on its way, and it is known whether anybody reads it. */
  settled(): Promise<void>
}

/** Opens the terminal, or the pipes, that this process was started with. */
export function openTerminal(): OpenTerminal {
  const out = outputOf(process.stdout)
  const err = outputOf(process.stderr)
  // Nobody reads what is said about the failure to say something.
  process.stderr.on('error', () => {})
  const interruption = catchInterruption()
  return {
    out,
    err,
    interruption,
    settled: () => new Promise((resolve) => process.stdout.write('', () => setImmediate(resolve))),
    get interrupted() {
      return interruption.signal
    },
    table: (rows, options = {}) => formatTable(rows, options, out),
    progress: (label, total) => showProgress(label, total, err),
    password: (question) => askPassword(question),
    confirm: (question, options = {}) => askConfirmation(question, options),
  }
}
