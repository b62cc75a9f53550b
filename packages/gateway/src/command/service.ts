import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Command } from 'commander'
import { defaultDrainMs } from '../server/drain.ts'
import { accountName, collected, seconds, unitName } from './arguments.ts'
import { configurationFile } from './terminal/configuration-file.ts'
import { deniedOr } from './terminal/file-failure.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly name: string
  readonly user?: string
  readonly group?: string
  readonly drain: number
  readonly lenient: boolean
  readonly define: readonly string[]
  readonly write: boolean
  readonly directory: string
}

const help = `
The unit may do what the configuration needs, and little else: it writes into its own directories, those of the logs and of the
sessions, and has no more rights than its user. "systemctl reload" reads the configuration anew, "systemctl stop" finishes what runs.

Examples:
  sekisho service site.conf
  sudo sekisho service /etc/sekisho/site.conf --user www-data --write
  sudo systemctl daemon-reload && sudo systemctl enable --now sekisho`

/** `sekisho service site.conf` */
export function serviceCommand(terminal: Terminal): Command {
  return new Command('service')
    .description('Print or write a systemd unit for a configuration')
    .argument('<file>', 'the configuration')
    .option('--name <name>', 'what the unit is called', unitName, 'sekisho')
    .option(
      '--user <user>',
      'whom it runs as (default: www-data, apache or sekisho, the first that exists)',
      accountName,
    )
    .option('--group <group>', 'its group (default: that of the user)', accountName)
    .option('--drain <seconds>', 'how long requests may go on when it ends', seconds, defaultDrainMs / 1000)
    .option('--lenient', 'take directives that nobody knows for warnings', false)
    .option('-D, --define <name>', 'a name that <IfDefine> finds; may be repeated', collected, [])
    .option('--write', 'write it into the directory instead of printing it', false)
    .option('--directory <path>', 'where units are', '/etc/systemd/system')
    .addHelpText('after', help)
    .action((file: string, options: Options) => service(configurationFile(file), options, terminal))
}

async function service(file: string, options: Options, { out }: Terminal): Promise<void> {
  const { unitText } = await import('../service/unit.ts')
  const { bindsLowPorts, writesOf } = await import('../service/plan.ts')
  const { user = usualUser(), group, drain, lenient, define } = options
  const site = await usableSite(file, options)
  const text = unitText({
    file,
    program: [process.execPath, ...process.execArgv, resolve(process.argv[1] ?? 'sekisho')],
    words: [...(lenient ? ['--lenient'] : []), ...define.flatMap((name) => ['-D', name])],
    user,
    group,
    drainSeconds: drain,
    writes: writesOf(site),
    bindsLowPorts: bindsLowPorts(site),
  })
  if (!options.write) {
    out.write(text)
    return
  }
  const path = join(options.directory, `${options.name}.service`)
  await write(path, text)
  out.line(`${path} is written. To start it, run:`)
  out.line(`  sudo systemctl daemon-reload && sudo systemctl enable --now ${options.name}`)
}

async function usableSite(file: string, { lenient, define }: Options) {
  const { loadConfig } = await import('../config/load-node.ts')
  const { ConfigFailure, isError } = await import('../server/config-failure.ts')
  const loaded = loadConfig(file, { lenient, defines: define })
  if (!loaded.usable) throw new ConfigFailure(loaded.diagnostics.filter(isError), loaded.sources)
  return loaded.site
}

async function write(path: string, text: string): Promise<void> {
  const { replaceFile } = await import('../lib/replace-file-node.ts')
  try {
    replaceFile(path, text, { mode: 0o644 })
  } catch (cause) {
    const what = `${basename(path)} cannot be written to ${path}`
    throw deniedOr({ code: 'not-written', what, fix: 'name the directory of the units with --directory' }, cause)
  }
}

/** The user whom the packages of the real server run it as, so that the owners of existing directories stay right. */
function usualUser(): string {
  try {
    const accounts = readFileSync('/etc/passwd', 'utf8')
    return ['www-data', 'apache'].find((name) => new RegExp(`^${name}:`, 'm').test(accounts)) ?? 'sekisho'
  } catch {
    return 'sekisho'
  }
}
