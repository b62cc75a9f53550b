import { PasswordChecker } from '../auth/password-checker.ts'
import { AttemptLimiter } from '../auth/limit/attempt-limiter.ts'
import type { LoginLimiter } from '../auth/limit/login-limiter.ts'
import { ThreadHasher } from '../auth/password/thread-hasher-node.ts'
import { Proxy } from '../proxy/proxy-node.ts'
import { type GatewayState, openState } from '../session/state-node.ts'
import { LogFiles } from './log/log-files.ts'

/** What lives as long as the process, whatever configuration it serves. */
export interface Surroundings {
  readonly state: GatewayState
  readonly proxy: Proxy
  readonly checker: PasswordChecker
  readonly logs: LogFiles
  /** How many processes serve the site. */
  readonly workers: number
  /** Lets go of everything. */
  close(): Promise<void>
}

/** How a process serves. */
export interface SurroundingsOptions {
  /** Where the gateway keeps its own files (default: that of the system, see `openState`). */
  readonly stateDirectory?: string | undefined
  /** How many processes serve the site (default 1). */
  readonly workers?: number
  /** Counts attempts to log in (default: in this process). */
  readonly limiter?: LoginLimiter
}

/** @throws SekishoError when the state directory cannot be used. */
export function openSurroundings(options: SurroundingsOptions = {}): Surroundings {
  const { stateDirectory, workers = 1, limiter = new AttemptLimiter() } = options
  const state = openState(stateDirectory === undefined ? {} : { directory: stateDirectory })
  const hasher = new ThreadHasher()
  const proxy = new Proxy()
  const logs = new LogFiles()
  return {
    state,
    proxy,
    logs,
    workers,
    checker: new PasswordChecker({ hasher, limiter }),
    async close() {
      await Promise.all([proxy.close(), hasher.close()])
      await logs.close()
    },
  }
}
