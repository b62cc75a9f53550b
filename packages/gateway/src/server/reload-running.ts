import { CommandError } from '../command/terminal/command-error.ts'
import { defaultDirectory } from '../session/state-node.ts'
import { gatewayMissing } from './gateway-missing.ts'
import { type RunningGateway, runningGateways } from './running-record.ts'

/** Where gateways write down that they run. */
export interface RunningOptions {
  /** Default: that of the system. */
  readonly stateDirectory?: string | undefined
}

/** The configuration of the one gateway that runs; undefined when none does, or several. */
export function activeFile({ stateDirectory = defaultDirectory(process.env) }: RunningOptions): string | undefined {
  const [only, ...others] = runningGateways(stateDirectory)
  return others.length === 0 ? only?.file : undefined
}

/** The gateway that serves a configuration, or the only one. @throws CommandError when there is none, or several and no configuration. */
export function gatewayOf(
  file: string | undefined,
  { stateDirectory = defaultDirectory(process.env) }: RunningOptions,
): RunningGateway {
  const running = runningGateways(stateDirectory)
  const [only, ...others] = file === undefined ? running : running.filter((gateway) => gateway.file === file)
  if (only !== undefined && others.length === 0) return only
  throw gatewayMissing({ stateDirectory, file, served: running.map((gateway) => gateway.file) })
}

/** Asks a gateway to read its configuration anew. Whether it could is in its log. @throws CommandError when it is somebody else's. */
export function reloadGateway({ pid }: RunningGateway): void {
  try {
    process.kill(pid, 'SIGHUP')
  } catch (cause) {
    throw new CommandError(
      {
        code: 'permission-denied',
        what: `The gateway with pid ${pid} cannot be asked to reload`,
        why: `Permission denied: it is another user's (${(cause as NodeJS.ErrnoException).code ?? ''})`,
        fix: 'run the command with sudo, or "systemctl reload sekisho"',
      },
      { cause },
    )
  }
}
