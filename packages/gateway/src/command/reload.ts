import { Command } from 'commander'
import { configurationFile } from './terminal/configuration-file.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly state?: string
}

const help = `
The configuration is checked first. What runs goes on: no connection is closed, no session is lost.

Examples:
  sekisho reload site.conf
  sekisho reload                    the gateway that runs, when there is only one`

/** `sekisho reload [site.conf]` */
export function reloadCommand(terminal: Terminal): Command {
  return new Command('reload')
    .description('Ask the gateway that runs to read its configuration anew')
    .argument('[file]', 'the configuration (default: that of the gateway that runs)')
    .option('--state <directory>', 'the state directory, where it is not that of the system')
    .addHelpText('after', help)
    .action((file: string | undefined, options: Options) => reload(file, options, terminal))
}

async function reload(given: string | undefined, { state }: Options, { out }: Terminal): Promise<void> {
  const { gatewayOf, reloadGateway } = await import('../server/reload-running.ts')
  const { check } = await import('../check/check.ts')
  const { ConfigFailure, isError } = await import('../server/config-failure.ts')
  const named = given === undefined ? undefined : configurationFile(given)
  const gateway = gatewayOf(named, { stateDirectory: state })
  const file = configurationFile(gateway.file)
  const { usable, findings, sources } = check(file, gateway)
  if (!usable) throw new ConfigFailure(findings.filter(isError), sources)
  reloadGateway(gateway)
  out.line(`The gateway with pid ${gateway.pid} reads ${file} anew; its log says whether it could`)
}
