import { PhpReference } from '../value/php-map.ts'
import type { PhpValue } from '../value/value.ts'
import { checkPrecision } from './float.ts'
import { type PhpLimits, resolveLimits } from './limits.ts'
import { ValueReader } from './reader.ts'
import type { Slots } from './slot-table.ts'
import type { PhpWriteOptions } from './vars.ts'
import { ValueWriter } from './writer.ts'

/**
 * A value as PHP's `serialize()` writes it.
 *
 * @throws PhpEncodeError For what is no value of PHP, and for more than the limits allow.
 */
export function serialize(value: PhpValue, options: PhpWriteOptions = {}): Uint8Array {
  const writer = new ValueWriter(resolveLimits(options), checkPrecision(options.serializePrecision ?? -1))
  writer.write(value)
  return writer.finish()
}

/**
 * A value as PHP's `unserialize()` reads it. What follows it is ignored, as PHP does.
 *
 * @throws PhpDecodeError For anything that PHP refuses, for references to the whole, and for more than the limits allow.
 */
export function unserialize(octets: Uint8Array, limits: PhpLimits = {}): PhpValue {
  const reader = new ValueReader(octets, resolveLimits(limits), false)
  const place: Slots = new Map()
  reader.read(place, 0)
  const slot = place.get(0)
  if (slot === undefined || slot instanceof PhpReference) throw reader.input.error('expected a value', 0)
  return slot
}
