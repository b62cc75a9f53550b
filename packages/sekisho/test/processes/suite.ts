/**
 * What has to be true of three processes over one store.
 *
 *     SEKISHO_LONG=1   200 rounds of what may happen in many orders, instead of a few
 *
 * @module
 */
import { Fleet } from './fleet.ts'
import { lockCases } from './locks.ts'
import { lateWriterCases, rotationCases } from './logouts.ts'
import { overlapCases } from './overlaps.ts'
import type { SharedKind } from './places.ts'

/** How many rounds are made where only many of them prove something. */
const rounds = process.env['SEKISHO_LONG'] === '1' ? 200 : 10

/** Defines the tests for a store. */
export async function processSuite(kind: SharedKind): Promise<void> {
  const fleet = await Fleet.start(kind)
  overlapCases(fleet)
  lateWriterCases(fleet, rounds)
  rotationCases(fleet, rounds)
  lockCases(fleet)
}
