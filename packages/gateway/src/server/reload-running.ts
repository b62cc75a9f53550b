import { CommandError } from '../command/terminal/command-error.ts'
import { defaultDirectory } from '../session/state-node.ts'
import { type RunningGateway, runningGateways } from './running-record.ts'

/** Where gateways write down that they run. */
export interface RunningOptions {
  /** Default: that of the system. */
  readonly stateDirectory?: string | undefined
}

/** The gateways that run. */
function running({ stateDirectory }: RunningOptions): RunningGateway[] {
  return runningGateways(stateDirectory ?? defaultDirectory(process.env))
}

/** The configuration of the one gateway that runs; undefined when none does, or several. */
export function activeFile(options: RunningOptions): string | undefined {
  const found = running(options)
  return found.length === 1 ? found[0]?.file : undefined
}

/** The gateway that serves a configuration. @throws CommandError when none does. */
export function gatewayOf(file: string, options: RunningOptions): RunningGateway {
  const found = running(options).find((gateway) => gateway.file === file)
  if (found !== undefined) return found
  throw new CommandError({
    code: 'not-running',
    what: `No gateway serves ${file}`,
    why: 'nothing in the state directory says so',
    fix: `start it with "sekisho serve ${file}", or name its state directory with --state`,
  })
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
