import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import type { FoundGateway } from '../operate/top/gateway-client-node.ts'
import type { Interval } from '../operate/top/interval.ts'
import type { Figures } from '../server/control/protocol.ts'
import { count } from './arguments.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly state?: string
  readonly interval: number
  readonly once: boolean
  readonly json: boolean
}

/** `sekisho top [site.conf]` */
export function topCommand(terminal: Terminal): Command {
  return new Command('top')
    .description('Watch a running gateway')
    .argument('[file]', 'the configuration that it serves, where several run')
    .option('--state <directory>', 'its state directory, where it is not that of the system')
    .option('--interval <seconds>', 'how often to look', count, 2)
    .option('--once', 'look once, and end', false)
    .option('--json', 'print a line of JSON for each look', false)
    .addHelpText('after', help)
    .action((file: string | undefined, options: Options) => top(file, options, terminal))
}

const help = `
Rates are those of the last interval, of all processes together. "Replays" are cookies that were replaced and come again, perhaps
copied ones; "superseded" are changes that came too late because of a login; "rejected" are cookies or records that cannot be
read. Piped, each look is a line. Ctrl-C ends it.

Examples:
  sekisho top
  sekisho top site.conf --once
  sekisho top --json --interval 10 >> figures.jsonl`

async function top(file: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  const { defaultDirectory } = await import('../session/state-node.ts')
  const { findGateway } = await import('../operate/top/gateway-client-node.ts')
  const { lineOf, recordOf, screenOf } = await import('../operate/top/view.ts')
  const { state = defaultDirectory(process.env), json } = options
  const gateway = await findGateway(resolve(state), file === undefined ? undefined : resolve(file))
  const screen = terminal.out.isTerminal && !json && !options.once ? new Screen(terminal) : undefined
  try {
    for await (const interval of intervals(gateway, options, terminal.interrupted)) {
      if (screen !== undefined) screen.show(screenOf(gateway.about, interval, terminal))
      else if (json) terminal.out.line(JSON.stringify(recordOf(gateway.about, interval)))
      else if (terminal.out.isTerminal) terminal.out.write(screenOf(gateway.about, interval, terminal))
      else terminal.out.line(lineOf(interval))
    }
  } finally {
    screen?.leave()
    gateway.client.close()
  }
}

async function* intervals(
  { client }: FoundGateway,
  { interval, once }: Options,
  signal: AbortSignal,
): AsyncGenerator<Interval> {
  const { intervalOf } = await import('../operate/top/interval.ts')
  let before: Figures = await client.figures()
  let lookedAt = performance.now()
  do {
    await pause(interval * 1000, undefined, { signal }).catch(() => signal.throwIfAborted())
    const figures = await client.figures()
    const now = performance.now()
    yield intervalOf(before, figures, (now - lookedAt) / 1000)
    before = figures
    lookedAt = now
  } while (!once)
}

/** Writes over what it wrote before, and leaves the last of it behind. */
class Screen {
  readonly #terminal: Terminal
  #lines = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    terminal.out.write('\u001b[?25l')
  }

  show(text: string): void {
    const lines = text.trimEnd().split('\n')
    const up = this.#lines === 0 ? '' : `\u001b[${this.#lines}A`
    this.#terminal.out.write(`${up}${lines.map((line) => `\r${line}\u001b[K\n`).join('')}\u001b[J`)
    this.#lines = lines.length
  }

  /** The cursor is visible again, whatever ended it. */
  leave(): void {
    this.#terminal.out.write('\u001b[?25h')
  }
}
