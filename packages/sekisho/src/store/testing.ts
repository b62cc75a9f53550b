/**
 * The conformance suite of the store contract, for any test runner and any runtime. Whoever writes a store runs it:
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { storeContract } from 'sekisho/store/testing'
 *
 * storeContract(test, { open: () => new MyStore({ prefix: crypto.randomUUID(), sweepGraceMs: 0 }) })
 * ```
 *
 * @module
 */
import { addressCases } from './testing/addresses.ts'
import { openBench, type Bench, type StoreCases, type StoreContractOptions } from './testing/bench.ts'
import { createCases } from './testing/create.ts'
import { deleteCases } from './testing/delete.ts'
import { expiryCases } from './testing/expiry.ts'
import { handleCases } from './testing/handles.ts'
import { lockCases } from './testing/locks.ts'
import { ownershipCases } from './testing/ownership.ts'
import { principalCases } from './testing/principals.ts'
import { recordCases } from './testing/records.ts'
import { replaceCases } from './testing/replace.ts'
import { restoreCases } from './testing/restore.ts'
import { scanCases } from './testing/scan.ts'
import { sweepCases } from './testing/sweep.ts'
import { textCases } from './testing/text.ts'
import { touchCases } from './testing/touch.ts'

export type { StoreContractOptions } from './testing/bench.ts'

/** A test runner's way to define a test: `test` of node:test, vitest, Bun and Jest, or `Deno.test`. */
export type DefineTest = (name: string, run: () => Promise<void>) => unknown

const themes: readonly StoreCases[] = [
  recordCases,
  createCases,
  replaceCases,
  touchCases,
  deleteCases,
  expiryCases,
  ownershipCases,
  textCases,
  sweepCases,
  addressCases,
  handleCases,
  principalCases,
  lockCases,
  scanCases,
  restoreCases,
]

/**
 * Defines one test for each sentence of the store contract. Each test opens a store of its own and closes it, so they may
 * run at the same time.
 *
 * @param test The runner's `test`.
 * @param options How to open the store, and how exact its clock is.
 */
export function storeContract(test: DefineTest, options: StoreContractOptions): void {
  for (const theme of themes) {
    for (const [name, run] of Object.entries(theme)) test(name, () => onBench(options, run))
  }
}

async function onBench(options: StoreContractOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = await openBench(options)
  try {
    await run(bench)
  } finally {
    await bench.close()
  }
}
