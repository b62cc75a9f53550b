import { Command } from 'commander'
import { collected } from './arguments.ts'
import { configurationFile } from './terminal/configuration-file.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly state?: string
  readonly define: readonly string[]
  readonly json: boolean
}

const help = `
The lines are those of "apachectl -M". A configuration that loads modules is taken at its word; in one that loads none, all modules
of the gateway are there. Without a file it is that of the gateway that runs, or else all that there is.

Examples:
  sekisho modules | grep session
  sekisho modules site.conf | grep session`

/** `sekisho modules [site.conf]` */
export function modulesCommand(terminal: Terminal): Command {
  return new Command('modules')
    .description('List the modules of a configuration')
    .argument('[file]', 'the configuration (default: that of the gateway that runs)')
    .option('--state <directory>', 'the state directory, where it is not that of the system')
    .option('-D, --define <name>', 'a name that <IfDefine> finds; may be repeated', collected, [])
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action((file: string | undefined, options: Options) => list(file, options, terminal))
}

async function list(given: string | undefined, options: Options, { out, err }: Terminal): Promise<void> {
  const { activeFile } = await import('../server/reload-running.ts')
  const { listModules, unloadedUses } = await import('../modules/list.ts')
  const { shortName } = await import('../modules/names.ts')
  const name = given ?? activeFile({ stateDirectory: options.state })
  const file = name === undefined ? undefined : configurationFile(name)
  const site = file === undefined ? undefined : await siteOf(file, options.define)
  const modules = listModules(site)
  const missing = site === undefined ? [] : unloadedUses(site)
  if (options.json) {
    out.json({ file, modules, missing })
    return
  }
  out.line('Loaded Modules:')
  for (const { id, kind } of modules) out.line(` ${id} (${kind})`)
  for (const { id, directive, place } of missing) {
    err.line(
      `${err.style('warn', 'warning:')} ${place.file}:${place.line} uses ${directive} of ${id}, which the configuration does not load: ` +
        'it works here, and the real server would not start',
    )
    err.line(`    run: ${err.style('strong', `sekisho enable ${shortName(id)} --config ${file ?? ''}`)}`)
  }
}

async function siteOf(file: string, defines: readonly string[]) {
  const { loadConfig } = await import('../config/load-node.ts')
  const { mustBeRead } = await import('../server/config-failure.ts')
  const loaded = loadConfig(file, { defines })
  mustBeRead(loaded)
  return loaded.site
}
