import { wholeNumber } from '../../lib/whole-number.ts'

/** How much is read or written at most. They hold in both directions, so that what was written can be read. */
export interface PhpLimits {
  /** Octets of the whole (default 16,777,216). */
  readonly maxBytes?: number
  /** Arrays and objects within one another (default 4,096, which is that of PHP). */
  readonly maxDepth?: number
  /** Values of the whole, those in arrays and objects included (default 1,000,000). */
  readonly maxElements?: number
}

const defaults: Required<PhpLimits> = Object.freeze({ maxBytes: 16_777_216, maxDepth: 4096, maxElements: 1_000_000 })

/** The limits with their defaults. @throws SekishoUsageError `ERR_OPTION` for one that is no count. */
export function resolveLimits(limits: PhpLimits): Required<PhpLimits> {
  const { maxBytes, maxDepth, maxElements } = limits
  if (maxBytes === undefined && maxDepth === undefined && maxElements === undefined) return defaults
  return {
    maxBytes: wholeNumber('maxBytes', maxBytes ?? defaults.maxBytes, 0),
    maxDepth: wholeNumber('maxDepth', maxDepth ?? defaults.maxDepth, 1),
    maxElements: wholeNumber('maxElements', maxElements ?? defaults.maxElements, 1),
  }
}
