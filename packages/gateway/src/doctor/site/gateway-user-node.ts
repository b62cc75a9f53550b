import { statSync } from 'node:fs'
import { runningGateways } from '../../server/running-record.ts'

/** Whom the gateway runs as, and how that is known. */
export interface GatewayUser {
  /** A number. */
  readonly uid: number
  readonly why: string
}

/**
 * The user that serves a site, or is going to: that of the gateway that runs, else the one whose the state directory is.
 *
 * @returns Undefined where that is root, or nobody yet.
 */
export function gatewayUser(file: string, stateDirectory: string): GatewayUser | undefined {
  const own = runningGateways(stateDirectory).find((gateway) => gateway.file === file)
  const known = [
    { path: own === undefined ? '' : `/proc/${own.pid}`, why: 'the gateway that serves this site runs as that user' },
    { path: stateDirectory, why: `${stateDirectory} is that user's` },
  ]
  for (const { path, why } of known) {
    const uid = path === '' ? undefined : statSync(path, { throwIfNoEntry: false })?.uid
    if (uid !== undefined) return uid === 0 ? undefined : { uid, why }
  }
  return undefined
}
