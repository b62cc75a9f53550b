/**
 * Who takes part. A new contender is one file in `contenders/` and one line here.
 *
 * @module
 */
import { bareNode } from './contenders/bare.ts'
import { floorAes } from './contenders/floor-aes.ts'
import { floorFilePromises } from './contenders/floor-file-promises.ts'
import { floorFile } from './contenders/floor-file.ts'
import { floorMap } from './contenders/floor-map.ts'
import { sekishoFile } from './contenders/sekisho-file.ts'
import { sekishoMemory } from './contenders/sekisho-memory.ts'
import { sekishoSealed, sekishoSealedAlike, sekishoSealedMany } from './contenders/sekisho-sealed.ts'
import type { Contender } from './contract.ts'
import { storeContenders } from './store-contenders.ts'

/** Ours, the floors and the bare handler, as far as they need no database: nothing but the repository itself. */
export const ownContenders: readonly Contender[] = [
  bareNode,
  floorAes,
  sekishoSealed,
  sekishoSealedMany,
  sekishoSealedAlike,
  floorMap,
  sekishoMemory,
  floorFile,
  floorFilePromises,
  sekishoFile,
]

/** Not a literal: what imports this file is checked and run where the packages of the peers are not installed. */
const peersModule = new URL('./peers.ts', import.meta.url).href

/** All, with the peers, whose packages must be installed. */
export async function allContenders(): Promise<readonly Contender[]> {
  const { peers } = (await import(peersModule)) as { readonly peers: readonly Contender[] }
  return [...ownContenders, ...storeContenders, ...peers]
}

/** The contenders of these names; the peers are loaded only when one of them is wanted. */
export async function contendersNamed(names: readonly string[]): Promise<readonly Contender[]> {
  const own = [...ownContenders, ...storeContenders].filter(({ name }) => names.includes(name))
  if (own.length === names.length) return own
  return (await allContenders()).filter(({ name }) => names.includes(name))
}
