import type { Check } from './check.ts'
import { certificateCheck } from './checks/certificate.ts'
import { clockCheck } from './checks/clock.ts'
import { configurationCheck } from './checks/configuration.ts'
import { cookieCheck } from './checks/cookie.ts'
import { databaseCheck } from './checks/database.ts'
import { directoryCheck } from './checks/directory.ts'
import { lifetimeCheck } from './checks/lifetime.ts'
import { logCheck } from './checks/log.ts'
import { modulesCheck } from './checks/modules.ts'
import { passphraseCheck } from './checks/passphrase.ts'
import { portsCheck } from './checks/ports.ts'
import { redisCheck } from './checks/redis.ts'
import { redisSettingsCheck } from './checks/redis-settings.ts'
import { renewalCheck } from './checks/renewal.ts'
import { sealCheck } from './checks/seal.ts'
import { spaceCheck } from './checks/space.ts'
import { stateCheck } from './checks/state.ts'
import { statementsCheck } from './checks/statements.ts'
import { tableCheck } from './checks/table.ts'
import { upstreamCheck } from './checks/upstream.ts'
import { usersCheck } from './checks/users.ts'
import type { SitePatient } from './site/patient.ts'

/** Every check of a site, from causes to consequences. */
export const siteChecks: readonly Check<SitePatient>[] = [
  configurationCheck,
  modulesCheck,
  stateCheck,
  directoryCheck,
  spaceCheck,
  passphraseCheck,
  sealCheck,
  databaseCheck,
  tableCheck,
  statementsCheck,
  redisCheck,
  redisSettingsCheck,
  clockCheck,
  lifetimeCheck,
  cookieCheck,
  renewalCheck,
  usersCheck,
  certificateCheck,
  portsCheck,
  upstreamCheck,
  logCheck,
]
