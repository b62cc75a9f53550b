import type { Keys } from './keys-node.ts'
import type { Link } from './link.ts'
import type { Replicas } from './replicas.ts'

/** What the parts of a store share. */
export interface RedisParts {
  readonly link: Link
  readonly keys: Keys
  readonly replicas: Replicas
  /** For how many milliseconds the server keeps what is dead. */
  readonly graceMs: number
}
