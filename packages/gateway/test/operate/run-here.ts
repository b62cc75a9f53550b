/** Runs `sekisho` in this process: the program itself, with streams that keep what is written. */
import { program } from '../../src/command/program.ts'
import { outputOf } from '../../src/command/terminal/output.ts'
import { printError } from '../../src/command/terminal/print-error.ts'
import { showProgress } from '../../src/command/terminal/progress.ts'
import { askConfirmation } from '../../src/command/terminal/questions.ts'
import { formatTable } from '../../src/command/terminal/table.ts'
import type { Terminal } from '../../src/command/terminal/terminal.ts'
import type { Ran } from '../command/run.ts'

/** How it is run. */
export interface HereOptions {
  /** Ctrl-C. */
  readonly interrupted?: AbortSignal
}

/** Runs it as if its streams were pipes. */
export async function runHere(words: readonly string[], options: HereOptions = {}): Promise<Ran> {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => {
    const write = (text: unknown): boolean => {
      written[name] += String(text)
      return true
    }
    return outputOf({ write }, {})
  }
  const [out, err] = [stream('out'), stream('err')]
  const terminal: Terminal = {
    out,
    err,
    interrupted: options.interrupted ?? new AbortController().signal,
    table: (rows, tableOptions = {}) => formatTable(rows, tableOptions, out),
    progress: (label, total) => showProgress(label, total, err),
    password: () => Promise.reject(new Error('nobody types here')),
    confirm: (question, confirmOptions = {}) => askConfirmation(question, confirmOptions),
  }
  const code = await ended(words, terminal)
  return { stdout: written.out, stderr: written.err, code }
}

async function ended(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync([...words], { from: 'user' })
    return 0
  } catch (error) {
    return printError(error, terminal, { json: words.includes('--json'), debug: true })
  }
}
