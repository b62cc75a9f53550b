/**
 * Runs `sekisho` under a real pseudo-terminal.
 *
 *     const { screen, code } = await typeAt(['keygen'], [{ after: 'Passphrase', type: 'secret\r' }])
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { type PlaceOptions, sekishoCommand, sekishoEnvironment } from './run.ts'

/** What is done once something has appeared on the screen, behind what the step before waited for. */
export interface Step {
  readonly after: string
  /** Keys: `\r` is Enter, {@link ctrlC} interrupts. */
  readonly type: string
}

/** The keys that interrupt. */
export const ctrlC = '\u0003'

/** The terminal. */
export interface TerminalOptions extends PlaceOptions {
  /** Default 80. */
  readonly columns?: number
  /** How long the program may take (default 45). */
  readonly seconds?: number
}

/** What the terminal showed. */
export interface Shown {
  /** Without colours, movements of the cursor and carriage returns. */
  readonly screen: string
  /** As it came. */
  readonly raw: string
  /** A program that a signal ended has 128 and its number, as in a shell. */
  readonly code: number
}

const keeper = fileURLToPath(new URL('keeper.py', import.meta.url))

/** Runs `sekisho` at a terminal and types. @throws Error when it does not end, or what a step waits for does not appear. */
export function typeAt(
  words: readonly string[],
  steps: readonly Step[] = [],
  options: TerminalOptions = {},
): Promise<Shown> {
  return runAtTerminal(sekishoCommand(words, options), steps, options)
}

/**
 * Runs `sekisho` in a shell at a terminal, with what stands behind it: `| head -1`, `2> /dev/null`.
 *
 * @returns The code is that of `sekisho`.
 */
export function typeWith(words: readonly string[], rest: string, options: TerminalOptions = {}): Promise<Shown> {
  const line = sekishoCommand(words, options).map((word) => `'${word}'`)
  return runAtTerminal(['bash', '-c', `${line.join(' ')} ${rest}; exit \${PIPESTATUS[0]}`], [], options)
}

/** Runs `sekisho` at a terminal, with a reader of its standard output that is gone before it begins. */
export function typeUnread(words: readonly string[], options: TerminalOptions = {}): Promise<Shown> {
  return typeWith(words, '| true', options)
}

/** The same with any other program: a shell, for a pipe or for completions. */
export async function runAtTerminal(
  command: readonly string[],
  steps: readonly Step[] = [],
  options: TerminalOptions = {},
): Promise<Shown> {
  const { columns = 80, seconds = 45, cwd } = options
  const child = spawn('python3', [keeper], {
    cwd,
    env: sekishoEnvironment(options),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify({ command, columns, rows: 24, steps, seconds }))
  const answer = JSON.parse(await text(child.stdout)) as { output: string; code: number; late: boolean; left: string[] }
  const { output: raw, code, late, left } = answer
  const screen = stripVTControlCharacters(raw).replaceAll('\r', '')
  if (late) throw new Error(`${command.join(' ')} did not end; the screen:\n${screen}`)
  if (left.length > 0) throw new Error(`${JSON.stringify(left[0])} did not appear; the screen:\n${screen}`)
  return { screen, raw, code }
}
