import type { Asked, Known } from './known.ts'
import type { Seen } from './observation.ts'

/** A difference on purpose: what the gateway does where the real server does something else. */
export interface Exception {
  readonly name: string
  /** What decides it: `B2`, a section of the specification, or a decision that is written down. */
  readonly basis: string
  /** One sentence. */
  readonly why: string
  /** Another request, which the real server answers as the gateway answers this one; undefined: it does not apply. */
  ask?(asked: Asked, known: Known): Promise<Asked | undefined> | Asked | undefined
  /** What the real server would have answered; undefined: it does not apply. */
  mend?(seen: Seen, known: Known): Seen | undefined
}
