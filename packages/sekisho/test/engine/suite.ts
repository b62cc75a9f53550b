/**
 * The behaviour of the engine, to be run on every store.
 *
 * @module
 */
import type { DefineTest } from '../../src/store/testing.ts'
import type { OpenStore } from './bench.ts'
import { adminCases } from './admin.ts'
import { codecCases } from './codecs.ts'
import { conflictCases } from './conflicts.ts'
import { dataCases } from './data.ts'
import { lateCases } from './late.ts'
import { layoutCases } from './layouts.ts'
import { lifetimeCases } from './lifetimes.ts'
import { loginOrderCases } from './login-orders.ts'
import { loginCases } from './login.ts'
import { logoutCases } from './logout.ts'
import { outageCases } from './outages.ts'
import { overlapCases } from './overlap.ts'
import { overtakenCases } from './overtaken.ts'
import { poisonCases } from './poison.ts'
import { referenceCases } from './references.ts'
import { rotationCases } from './rotation.ts'
import { schemaCases } from './schemas.ts'
import { secrecyCases } from './secrecy.ts'

/** Defines all cases. */
export function engineSuite(test: DefineTest, open: OpenStore): void {
  for (const cases of [
    overlapCases,
    overtakenCases,
    conflictCases,
    referenceCases,
    logoutCases,
    loginCases,
    loginOrderCases,
    rotationCases,
    lifetimeCases,
    adminCases,
    outageCases,
    secrecyCases,
    schemaCases,
    layoutCases,
    poisonCases,
    codecCases,
    lateCases,
    dataCases,
  ])
    cases(test, open)
}
