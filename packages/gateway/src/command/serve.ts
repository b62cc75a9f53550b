import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { defaultDrainMs } from '../server/drain.ts'
import type { ServeOptions } from '../server/running-server.ts'
import { collected, count, seconds } from './arguments.ts'
import { configurationFile } from './terminal/configuration-file.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly workers: number
  readonly state?: string
  readonly lenient: boolean
  readonly define: readonly string[]
  readonly drain: number
}

/** `sekisho serve site.conf` */
export function serveCommand(terminal: Terminal): Command {
  return new Command('serve')
    .description('Serve a site')
    .argument('<file>', 'the configuration, an httpd.conf')
    .addOption(
      new Option('--workers <number>', 'how many processes serve it')
        .argParser(count)
        .default(availableParallelism(), 'one for each core'),
    )
    .option('--state <directory>', 'where the gateway keeps keys, and sessions that no directive gives a place to')
    .option('--lenient', 'take directives that nobody knows for warnings', false)
    .option('-D, --define <name>', 'a name that <IfDefine> finds; may be repeated', collected, [])
    .option('--drain <seconds>', 'how long requests may go on when the gateway ends', seconds, defaultDrainMs / 1000)
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => {
      const { serveSite } = await import('../server/serve-site.ts')
      await serveSite(optionsOf(file, options), terminal)
    })
}

const help = `
Signals: HUP reads the configuration anew, USR1 opens log files anew, TERM and INT finish what runs and end.

Examples:
  sekisho serve site.conf
  sekisho serve site.conf --workers 1 --state ./state
  sekisho serve site.conf -D production --drain 60`

function optionsOf(file: string, { workers, state, lenient, define, drain }: Options): ServeOptions {
  return {
    file: configurationFile(file),
    workers,
    lenient,
    defines: define,
    drainMs: drain * 1000,
    ...(state !== undefined && { stateDirectory: resolve(state) }),
  }
}
