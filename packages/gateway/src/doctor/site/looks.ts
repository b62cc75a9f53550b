import type { Look, Sight } from '../check.ts'
import type { SitePatient } from './patient.ts'
import type { StoreSubject } from './stores.ts'

/** A look at each store of some kinds. */
export function looksAtStores(
  patient: SitePatient,
  kinds: readonly StoreSubject['kind'][],
  look: (store: StoreSubject, patient: SitePatient) => Sight | Promise<Sight>,
): Look[] {
  return patient.stores
    .filter(({ kind }) => kinds.includes(kind))
    .map((about) => ({ about, run: () => look(about, patient) }))
}
