/** A site for the tests at a terminal. */
import { join } from 'node:path'

/** A configuration with which all is well. */
export const goodSite = `Session On
SessionStore file
SessionTimeout 1800
SessionCookieName sessionid path=/; HttpOnly
SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs
`

/** The words behind `sekisho`. */
export function doctorWords(file: string, root: string, ...more: readonly string[]): string[] {
  return ['doctor', file, '--state', join(root, 'state'), ...more]
}
