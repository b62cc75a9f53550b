/**
 * Runs `sekisho` as a program of its own, with pipes for its streams.
 *
 *     const { stdout, code } = await runSekisho(['modules', file])
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** Where the program runs. */
export interface PlaceOptions {
  /** Default: that of this process. */
  readonly cwd?: string
  /** Variables beside those of this process; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /**
   * True: a root that the permissions of files bind like anybody else (default false). Tests of "permission denied" need it when
   * they run as root, and have no use for another user, to whom the folder of the project may be closed.
   */
  readonly powerless?: boolean
}

/** How it is run through pipes. */
export interface RunOptions extends PlaceOptions {
  /** What standard input holds (default: nothing). */
  readonly input?: string
}

/** What came of it. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** A program that a signal ended has 128 and its number, as in a shell. */
  readonly code: number
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The words of a command line that runs `sekisho`. */
export function sekishoCommand(
  words: readonly string[],
  { powerless = false }: PlaceOptions = {},
): [string, ...string[]] {
  const command: [string, ...string[]] = [process.execPath, '--conditions=source', main, ...words]
  if (!powerless || process.geteuid?.() !== 0) return command
  return ['setpriv', '--reuid=0', '--inh-caps=-all', '--bounding-set=-all', ...command]
}

/** Where the runtime keeps what it has compiled: the program is started often, and from its sources. */
const compiled = fileURLToPath(new URL('../../../../node_modules/.cache/compiled', import.meta.url))

/** The environment that it runs in: no colours that the developer's terminal asks for. */
export function sekishoEnvironment({ env }: PlaceOptions): NodeJS.ProcessEnv {
  const plain = { NO_COLOR: undefined, FORCE_COLOR: undefined, TERM: 'xterm', NODE_COMPILE_CACHE: compiled }
  return { ...process.env, ...plain, ...env }
}

/** Runs `sekisho`, feeds it, and waits until it ends. */
export async function runSekisho(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [program, ...rest] = sekishoCommand(words, options)
  const child = spawn(program, rest, { cwd: options.cwd, env: sekishoEnvironment(options), timeout: 60_000 })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { stdout, stderr, code: code ?? 128 + signalNumber(signal as string) }
}

function signalNumber(name: string): number {
  return constants.signals[name as NodeJS.Signals]
}
