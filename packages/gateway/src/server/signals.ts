import type { RunningServer } from './running-server.ts'

/**
 * Does what signals ask for: HUP, USR1, TERM and INT. A second TERM or INT does not wait for anything.
 *
 * @returns Resolves when the server has ended.
 */
export function obeySignals(server: RunningServer): Promise<void> {
  let isStopping = false
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      if (isStopping) process.exit(1)
      isStopping = true
      server.stop().then(resolve, reject)
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    process.on('SIGHUP', () => {
      if (!isStopping) void server.reload()
    })
    process.on('SIGUSR1', () => server.reopenLogs())
  })
}
