import { CommandError } from '../command/terminal/command-error.ts'
import { deniedOr } from '../command/terminal/file-failure.ts'
import type { Terminal } from '../command/terminal/terminal.ts'
import { ErrorLog } from '../config/directives/logs.ts'
import { loadConfig } from '../config/load-node.ts'
import { mustBeRead } from '../server/config-failure.ts'
import { logPlaces } from '../server/log/log-places.ts'
import { isWanted, type LogFilter, shownLine } from './entry.ts'
import { follow } from './follow.ts'
import { lastLines } from './last-lines.ts'

/** What is shown of the logs of a site. */
export interface LogOptions {
  /** How many of the last lines. */
  readonly count: number
  readonly filter: LogFilter
  /** What `<IfDefine>` finds. */
  readonly defines: readonly string[]
  /** True: until the terminal is interrupted. */
  readonly isFollowing: boolean
}

/** Shows the last lines of each log of a site, and what is added to them. @throws CommandError when there is none to show. */
export async function showLogs(file: string, options: LogOptions, terminal: Terminal): Promise<void> {
  // Asked for before anything is shown: Ctrl-C may come at any time.
  const signal = options.isFollowing ? terminal.interrupted : undefined
  const paths = logFiles(file, options.defines)
  const printer = new Printer(paths.length > 1, terminal)
  const wanted = (line: string): boolean => isWanted(line, options.filter)
  const positions = paths.map((path) => {
    const { lines, position } = endOf(path, options.count, wanted)
    printer.print(path, lines)
    return position
  })
  if (signal === undefined) return
  await Promise.all(
    paths.map(async (path, index) => {
      for await (const line of follow(path, positions[index] ?? 0, signal))
        if (wanted(line)) printer.print(path, [line])
    }),
  )
}

/** Says whose lines come, where there are several logs. */
class Printer {
  readonly #isNaming: boolean
  readonly #out: Terminal['out']
  #last: string | undefined

  constructor(isNaming: boolean, { out }: Terminal) {
    this.#isNaming = isNaming
    this.#out = out
  }

  print(path: string, lines: readonly string[]): void {
    if (this.#isNaming && this.#last !== path && lines.length > 0)
      this.#out.line(this.#out.style('strong', `==> ${path} <==`))
    if (lines.length > 0) this.#last = path
    for (const line of lines) this.#out.line(shownLine(line, this.#out))
  }
}

function logFiles(file: string, defines: readonly string[]): string[] {
  const loaded = loadConfig(file, { defines })
  mustBeRead(loaded)
  const errors = logPlaces(loaded.site).filter(({ directive }) => directive === ErrorLog)
  const paths = [...new Set(errors.map(({ path }) => path))].filter((path) => path !== undefined)
  if (paths.length > 0) return paths
  throw new CommandError({
    code: 'no-error-log',
    what: `${file} has no ErrorLog`,
    why: 'the gateway writes to its standard error, which the service manager keeps',
    fix: 'run "journalctl -u sekisho -f", or write ErrorLog /var/log/sekisho/error.log',
  })
}

function endOf(path: string, count: number, wanted: (line: string) => boolean): ReturnType<typeof lastLines> {
  try {
    return lastLines(path, count, wanted)
  } catch (cause) {
    const what = `The log ${path} cannot be read`
    throw deniedOr({ code: 'no-log', what, fix: 'start the gateway, which makes it' }, cause)
  }
}
