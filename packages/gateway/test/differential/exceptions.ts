import type { Exception } from './exception.ts'
import { hiddenFromApps, toldToApps } from './exceptions/apps.ts'
import { answersOnPurpose } from './exceptions/answers.ts'
import { cookiesOnPurpose } from './exceptions/cookies.ts'
import { limitsOnPurpose } from './exceptions/limits.ts'
import { loginsOnPurpose } from './exceptions/logins.ts'

/** All differences on purpose, in the order in which they are taken into account. Anything else is a mistake. */
export const exceptions: readonly Exception[] = [
  ...hiddenFromApps,
  ...loginsOnPurpose,
  ...cookiesOnPurpose,
  ...toldToApps,
  ...answersOnPurpose,
  ...limitsOnPurpose,
]
