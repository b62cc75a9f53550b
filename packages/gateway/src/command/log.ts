import { Command, Option } from 'commander'
import { logLevels } from '../config/directives/logs.ts'
import type { LogFilter } from '../log-view/entry.ts'
import { collected, expected } from './arguments.ts'
import { CommandError } from './terminal/command-error.ts'
import { configurationFile } from './terminal/configuration-file.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options extends LogFilter {
  readonly follow: boolean
  readonly lines: number
  readonly state?: string
  readonly define: readonly string[]
}

const help = `
It is the file of the ErrorLog directive; of several, all. Ctrl-C ends --follow. A log that is rotated is followed on.

Examples:
  sekisho log site.conf
  sekisho log -f site.conf
  sekisho log -n 200 --level error site.conf
  sekisho log -f --about login site.conf       passwords, and what became of them
  sekisho log --about session site.conf`

/** `sekisho log -f site.conf` */
export function logCommand(terminal: Terminal): Command {
  return new Command('log')
    .description('Show the log of a gateway, and what is added to it')
    .argument('[file]', 'the configuration (default: that of the gateway that runs)')
    .option('-f, --follow', 'go on with what is added', false)
    .option('-n, --lines <number>', 'how many of the last lines', lineCount, 20)
    .addOption(new Option('--level <level>', 'only what is as grave, or graver').choices(logLevels))
    .option('--about <part>', 'only what concerns session, login, proxy, core, …')
    .option('--state <directory>', 'the state directory, where it is not that of the system')
    .option('-D, --define <name>', 'a name that <IfDefine> finds; may be repeated', collected, [])
    .addHelpText('after', help)
    .action((file: string | undefined, options: Options) => show(file, options, terminal))
}

async function show(given: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  const { activeFile } = await import('../server/reload-running.ts')
  const { showLogs } = await import('../log-view/show.ts')
  const name = given ?? activeFile({ stateDirectory: options.state })
  if (name === undefined) throw nobody
  const file = configurationFile(name)
  const { follow, lines, level, about, define } = options
  const filter: LogFilter = { ...(level !== undefined && { level }), ...(about !== undefined && { about }) }
  await showLogs(file, { count: lines, filter, defines: define, isFollowing: follow }, terminal)
}

function lineCount(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw expected('a whole number of lines')
}

const nobody: CommandError = new CommandError({
  code: 'no-configuration',
  what: 'It is not known which log is meant',
  why: 'no gateway runs with this state directory, or several do',
  fix: 'name the configuration: sekisho log site.conf',
})
