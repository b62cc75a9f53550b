import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import type { LoadedConfig } from '../config/load-node.ts'
import { siteAddresses } from '../server/addresses.ts'
import { ClusterServer } from '../server/cluster/cluster-server.ts'
import { formatWarnings } from '../server/config-failure.ts'
import { onFatal } from '../server/fatal.ts'
import { defaultDrainMs, type RunningServer, type ServeOptions } from '../server/running-server.ts'
import { SingleServer } from '../server/single-server.ts'
import { obeySignals } from '../server/signals.ts'

interface Options {
  readonly workers: number
  readonly state?: string
  readonly lenient: boolean
  readonly define: readonly string[]
  readonly drain: number
}

/** `sekisho serve site.conf` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve a site')
    .argument('<file>', 'the configuration, an httpd.conf')
    .option(
      '--workers <number>',
      'how many processes serve it (default: one for each core)',
      count,
      availableParallelism(),
    )
    .option('--state <directory>', 'where the gateway keeps keys, and sessions that no directive gives a place to')
    .option('--lenient', 'take directives that nobody knows for warnings', false)
    .option('-D, --define <name>', 'a name that <IfDefine> finds; may be repeated', collected, [])
    .option('--drain <seconds>', 'how long requests may go on when the gateway ends', seconds, defaultDrainMs / 1000)
    .addHelpText('after', signalsHelp)
    .action((file: string, options: Options) => serve(optionsOf(file, options)))
}

const signalsHelp = `
Signals: HUP reads the configuration anew, USR1 opens log files anew, TERM and INT finish what runs and end.`

function optionsOf(file: string, { workers, state, lenient, define, drain }: Options): ServeOptions {
  return {
    file: resolve(file),
    workers,
    lenient,
    defines: define,
    drainMs: drain * 1000,
    ...(state !== undefined && { stateDirectory: resolve(state) }),
  }
}

async function serve(options: ServeOptions): Promise<void> {
  try {
    const server = options.workers === 1 ? new SingleServer(options) : new ClusterServer(options)
    const config = await server.start()
    // Before anybody is told that it serves, and may send a signal.
    watch(server)
    announce(config, options)
  } catch (error) {
    // What is wrong with a configuration is told in full; there is nothing in a stack for who wrote it.
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

function watch(server: RunningServer): void {
  obeySignals(server)
  onFatal(async (message) => {
    console.error(message)
    await server.stop()
    process.exit(1)
  })
}

/** Only addresses at which a login works are offered; of others it is told why not. */
function announce(config: LoadedConfig, { file, workers }: ServeOptions): void {
  const warnings = formatWarnings(config)
  if (warnings !== undefined) console.error(warnings)
  const addresses = siteAddresses(config.site)
  const lines = addresses.map(({ url, problem }) => (problem === undefined ? `  ${url}` : `  (${url}: ${problem})`))
  const processes = workers === 1 ? 'one process' : `${workers} workers`
  process.stdout.write(`sekisho serves ${file} with ${processes}, pid ${process.pid}\n${lines.join('\n')}\n`)
}

function count(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number of at least 1')
}

function seconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number of seconds')
}

function collected(name: string, before: readonly string[]): readonly string[] {
  return [...before, name]
}
