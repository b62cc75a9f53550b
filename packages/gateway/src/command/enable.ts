import { Command } from 'commander'
import type { LineChange } from '../modules/edit.ts'
import { CommandError } from './terminal/command-error.ts'
import { configurationFile } from './terminal/configuration-file.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly config?: string
  readonly reload: boolean
  readonly state?: string
  readonly json: boolean
}

type Verb = 'enable' | 'disable'

/** `sekisho enable session session_cookie --config site.conf` */
export function enableCommand(terminal: Terminal): Command {
  return changing('enable', terminal)
    .description('Load modules: write their LoadModule lines, and those of the modules that they need')
    .addHelpText(
      'after',
      `
Names are taken as a2enmod takes them: session, mod_session and session_module are the same.

Examples:
  sekisho enable session session_cookie session_crypto --config site.conf
  sekisho enable session_crypto --config site.conf --reload`,
    )
}

/** `sekisho disable session_dbd --config site.conf` */
export function disableCommand(terminal: Terminal): Command {
  return changing('disable', terminal)
    .description('Load modules no more: put their LoadModule lines into comments')
    .addHelpText(
      'after',
      `
The gateway has its modules built in: directives of a module go on working while they stand in the configuration. What changes is
what the real server does with the same file, and what "sekisho modules" lists. To switch sessions off, write "Session Off".

Examples:
  sekisho disable session_dbd --config site.conf`,
    )
}

function changing(verb: Verb, terminal: Terminal): Command {
  return new Command(verb)
    .argument('<modules...>', 'names of modules')
    .option('--config <file>', 'the configuration (default: that of the gateway that runs)')
    .option('--reload', 'ask the gateway that runs to read the configuration anew', false)
    .option('--state <directory>', 'the state directory, where it is not that of the system')
    .option('--json', 'print one JSON document', false)
    .action((names: readonly string[], options: Options) => change(verb, names, options, terminal))
}

async function change(verb: Verb, names: readonly string[], options: Options, terminal: Terminal): Promise<void> {
  const { activeFile, gatewayOf, reloadGateway } = await import('../server/reload-running.ts')
  const where = { stateDirectory: options.state }
  const name = options.config ?? activeFile(where)
  if (name === undefined) throw nowhere
  const file = configurationFile(name)
  // Who asks for a reload that cannot be is told before anything has changed.
  const gateway = options.reload ? gatewayOf(file, where) : undefined
  const { changes, unchanged } = await edited(verb, names, file)
  if (gateway !== undefined) reloadGateway(gateway)
  const pid = gateway?.pid
  if (options.json) terminal.out.json({ file, changes, unchanged, reloaded: pid })
  else tell({ verb, file, changes, unchanged, pid }, terminal)
}

async function edited(
  verb: Verb,
  names: readonly string[],
  file: string,
): Promise<{ changes: readonly LineChange[]; unchanged: readonly string[] }> {
  const { ModuleEdit } = await import('../modules/edit.ts')
  const { knownModule, shortName, withNeeded } = await import('../modules/names.ts')
  const known = names.map((name) => knownModule(name, verb === 'enable'))
  const ids = [...new Set(verb === 'enable' ? known.flatMap(withNeeded) : known)]
  const edit = new ModuleEdit(file)
  const unchanged = ids.filter((id) => !edit[verb](id)).map(shortName)
  edit.save({ loaded: verb === 'enable' ? ids : [], unloaded: verb === 'disable' ? ids : [] })
  return { changes: edit.changes, unchanged }
}

interface Told {
  readonly verb: Verb
  readonly file: string
  readonly changes: readonly LineChange[]
  readonly unchanged: readonly string[]
  readonly pid: number | undefined
}

function tell({ verb, file, changes, unchanged, pid }: Told, { out }: Terminal): void {
  for (const name of unchanged) out.line(`Module ${name} already ${verb}d`)
  for (const { what, file: changed, line, text } of changes) out.line(`${changed}:${line}: ${what}: ${text}`)
  if (pid !== undefined)
    out.line(`The gateway with pid ${pid} reads the configuration anew; its log says whether it could`)
  else if (changes.length > 0) out.line(`To put it to work, run:\n  sekisho reload ${file}`)
}

const nowhere: CommandError = new CommandError({
  code: 'no-configuration',
  what: 'It is not known which configuration is meant',
  why: 'no gateway runs with this state directory, or several do',
  fix: 'add --config site.conf',
})
