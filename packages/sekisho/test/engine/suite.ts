/**
 * The behaviour of the engine, to be run on every store.
 *
 * @module
 */
import type { DefineTest } from '../../src/store/testing.ts'
import type { EngineCases, OpenStore } from './bench.ts'
import { adminCases } from './admin.ts'
import { codecCases } from './codecs.ts'
import { conflictCases } from './conflicts.ts'
import { dataCases } from './data.ts'
import { lateCases } from './late.ts'
import { layoutCases } from './layouts.ts'
import { lifetimeCases } from './lifetimes.ts'
import { limitCases } from './limits.ts'
import { lockCases } from './locks.ts'
import { loginOrderCases } from './login-orders.ts'
import { loginCases } from './login.ts'
import { logoutCases } from './logout.ts'
import { outageCases } from './outages.ts'
import { overlapCases } from './overlap.ts'
import { overtakenCases } from './overtaken.ts'
import { pauseCases } from './pauses.ts'
import { poisonCases } from './poison.ts'
import { referenceCases } from './references.ts'
import { reservedCases } from './reserved.ts'
import { rotationCases } from './rotation.ts'
import { schemaCases } from './schemas.ts'
import { secrecyCases } from './secrecy.ts'

/** What happens between requests: none of these looks into the stored payload. */
export const encounterCases: readonly EngineCases[] = [
  overlapCases,
  overtakenCases,
  conflictCases,
  referenceCases,
  logoutCases,
  loginCases,
  loginOrderCases,
  rotationCases,
  reservedCases,
  lifetimeCases,
  adminCases,
  limitCases,
  lockCases,
  outageCases,
  pauseCases,
  secrecyCases,
]

/** What becomes of data; some of these compare the stored payload with the text that the codec gave. */
export const dataThemes: readonly EngineCases[] = [
  schemaCases,
  layoutCases,
  poisonCases,
  codecCases,
  lateCases,
  dataCases,
]

/** Defines the cases, all of them unless told otherwise. */
export function engineSuite(
  test: DefineTest,
  open: OpenStore,
  themes: readonly EngineCases[] = [...encounterCases, ...dataThemes],
): void {
  for (const cases of themes) cases(test, open)
}
