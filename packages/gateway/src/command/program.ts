import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { checkCommand } from './check.ts'
import { completionCommand } from './completion.ts'
import { convertCommand } from './convert.ts'
import { copyCommand } from './copy.ts'
import { doctorCommand } from './doctor.ts'
import { decodeCommand } from './decode.ts'
import { disableCommand, enableCommand } from './enable.ts'
import { explainCommand } from './explain.ts'
import { gcCommand } from './gc.ts'
import { helpOutput, optionText } from './help.ts'
import { htpasswdCommand } from './htpasswd.ts'
import { keygenCommand } from './keygen.ts'
import { keysCommand } from './keys.ts'
import { logCommand } from './log.ts'
import { modulesCommand } from './modules.ts'
import { reloadCommand } from './reload.ts'
import { serveCommand } from './serve.ts'
import { serviceCommand } from './service.ts'
import { sessionsCommand } from './sessions.ts'
import { topCommand } from './top.ts'
import { exitCodes } from './terminal/command-error.ts'
import { openTerminal } from './terminal/open.ts'
import { printError } from './terminal/print-error.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Every command, in the order of the help. Each is a file of its own. */
const commands: readonly ((terminal: Terminal) => Command)[] = [
  serveCommand,
  checkCommand,
  doctorCommand,
  reloadCommand,
  modulesCommand,
  enableCommand,
  disableCommand,
  serviceCommand,
  logCommand,
  explainCommand,
  sessionsCommand,
  gcCommand,
  copyCommand,
  topCommand,
  keygenCommand,
  keysCommand,
  htpasswdCommand,
  decodeCommand,
  convertCommand,
  completionCommand,
]

const exitHelp = `
Exit codes: 0 good, 1 something was found or failed, 2 wrong usage, 130 interrupted, 141 the reader of the output went away.`

/** The command line of `sekisho`. */
export function program(terminal: Terminal): Command {
  const root = new Command('sekisho')
    .description('Web sessions in front of apps in any language, from an httpd.conf')
    .version(version(), '-V, --version', 'show the version')
    .option('--debug', 'show where an unexpected error comes from', false)
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput(helpOutput(terminal))
    .configureHelp({
      optionDescription: optionText,
      subcommandTerm: (command) => `${command.name()} ${command.usage()}`.trim(),
      visibleArguments: ({ registeredArguments }) =>
        registeredArguments.filter(({ description }) => description !== ''),
    })
    .addHelpText('after', exitHelp)
  for (const make of commands) root.addCommand(inherit(make(terminal), root))
  return root
}

/**
 * Runs the command that the arguments ask for.
 *
 * @param words What stands behind `sekisho`.
 * @returns How the process ends.
 */
export async function run(words: readonly string[]): Promise<number> {
  const terminal = openTerminal()
  const options = { json: asks(words, '--json'), debug: asks(words, '--debug') }
  try {
    await program(terminal).parseAsync(helpAsked(words), { from: 'user' })
  } catch (error) {
    process.exitCode = printError(error, terminal, options)
  }
  await terminal.settled()
  return terminal.interruption.happened?.exitCode ?? Number(process.exitCode ?? exitCodes.good)
}

/** `help sessions list` as `sessions list --help`: the parser's own command for help looks at one word. */
function helpAsked(words: readonly string[]): string[] {
  const [first, ...rest] = words
  return first === 'help' && rest.length > 1 ? [...rest, '--help'] : [...words]
}

/** An error may happen before the options are known. */
function asks(words: readonly string[], option: string): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end === -1 ? undefined : end).includes(option)
}

/** The parser hands settings on only to commands that it makes itself, and options of all commands to none. */
function inherit(command: Command, from: Command): Command {
  command.copyInheritedSettings(from)
  command.addOption(new Option('--debug').hideHelp())
  for (const inner of command.commands) inherit(inner, command)
  return command
}

/** The version of the program. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}
