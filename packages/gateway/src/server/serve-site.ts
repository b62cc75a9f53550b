import type { Output } from '../command/terminal/terminal.ts'
import type { LoadedConfig } from '../config/load-node.ts'
import { defaultDirectory } from '../session/state-node.ts'
import { siteAddresses } from './addresses.ts'
import { ClusterServer } from './cluster/cluster-server.ts'
import { formatWarnings } from './config-failure.ts'
import { onFatal } from './fatal.ts'
import { recordRunning } from './running-record.ts'
import type { RunningServer, ServeOptions } from './running-server.ts'
import { obeySignals } from './signals.ts'
import { SingleServer } from './single-server.ts'

/** Where it says what it has to say. */
interface Outputs {
  readonly out: Output
  readonly err: Output
}

/** Serves a site until a signal ends it. @throws ConfigFailure when the configuration cannot be used. */
export async function serveSite(options: ServeOptions, outputs: Outputs): Promise<void> {
  const server = options.workers === 1 ? new SingleServer(options) : new ClusterServer(options)
  const config = await server.start()
  // Before anybody is told that it serves, and may send a signal.
  const ended = watch(server, outputs)
  const forget = recordRunning(options.stateDirectory ?? defaultDirectory(process.env), options)
  announce(config, options, outputs)
  await ended
  forget()
}

function watch(server: RunningServer, { err }: Outputs): Promise<void> {
  onFatal(async (message) => {
    err.line(message)
    await server.stop()
    process.exit(1)
  })
  return obeySignals(server)
}

/** Only addresses at which a login works are offered; of others it is told why not. */
function announce(config: LoadedConfig, { file, workers }: ServeOptions, { out, err }: Outputs): void {
  const warnings = formatWarnings(config)
  if (warnings !== undefined) err.line(warnings)
  const addresses = siteAddresses(config.site)
  const lines = addresses.map(({ url, problem }) => (problem === undefined ? `  ${url}` : `  (${url}: ${problem})`))
  const processes = workers === 1 ? 'one process' : `${workers} workers`
  out.line(`sekisho serves ${file} with ${processes}, pid ${process.pid}\n${lines.join('\n')}`)
}
