import type { RunningServer } from './running-server.ts'

/** Does what signals ask for: HUP, USR1, TERM and INT. A second TERM or INT does not wait for anything. */
export function obeySignals(server: RunningServer): void {
  let isStopping = false
  const stop = (): void => {
    if (isStopping) process.exit(1)
    isStopping = true
    void server.stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => {
    if (!isStopping) void server.reload()
  })
  process.on('SIGUSR1', () => server.reopenLogs())
}
