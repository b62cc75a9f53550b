/**
 * Small programs that have a terminal, for what no single command shows.
 *
 *     const { screen } = await atTerminal(`out.line(await terminal.password('Well?'))`, [{ after: 'Well?', type: 'x\\r' }])
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runAtTerminal, type Shown, type Step } from './pty.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-small-'))
after(() => rmSync(folder, { recursive: true }))

const source = fileURLToPath(new URL('../../src/command/terminal', import.meta.url))

/** The command line of a small program that has a terminal. */
export function programOf(name: string, body: string): string[] {
  const file = join(folder, `${name}.ts`)
  writeFileSync(
    file,
    `import { openTerminal } from '${source}/open.ts'
import { printError } from '${source}/print-error.ts'
const terminal = openTerminal()
const { out, err } = terminal
try {
${body}
} catch (error) {
  process.exitCode = printError(error, terminal, { json: false, debug: false })
}
await terminal.settled()
process.exit(terminal.interruption.happened?.exitCode ?? process.exitCode ?? 0)
`,
  )
  return [process.execPath, '--conditions=source', file]
}

/** Runs a program at a terminal. */
export function atTerminal(body: string, steps: readonly Step[] = []): Promise<Shown> {
  return runAtTerminal(programOf('program', body), steps)
}

/** Runs a program in a shell, with what stands behind it: a pipe, a redirection. Its exit code is shown at the end. */
export function shell(body: string, rest: string): Promise<Shown> {
  const command = programOf('piped', body).join(' ')
  return runAtTerminal(['bash', '-c', `${command} ${rest}; echo "code \${PIPESTATUS[0]}"`])
}
