import { randomBytes } from 'node:crypto'

/** What a session holds. */
export interface Sample {
  /** The counter that every write adds one to. */
  n: number
  user: string
  csrf: string
  cart: { sku: string; quantity: number }[]
  note: string
}

/** How many octets of JSON a sample is. */
export const sampleOctets = 300

/** The data of a new session: {@link sampleOctets} octets as JSON, different for every session. */
export function sample(): Sample {
  const made: Sample = {
    n: 1,
    user: 'u-2f1c9f0e-7b7a-4c3e',
    csrf: randomBytes(32).toString('base64url'),
    cart: [
      { sku: 'tea-0417', quantity: 2 },
      { sku: 'cup-1102', quantity: 4 },
    ],
    note: '',
  }
  made.note = 'x'.repeat(sampleOctets - JSON.stringify(made).length)
  return made
}
