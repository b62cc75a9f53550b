import koffi from 'koffi'
import { koffiFlock, type Flock } from 'sekisho/php/node'
import { encodeVars, toPhp, type PhpArray, type PhpFormat } from 'sekisho/php'
import { sample } from '../sample.ts'
import type { Estimate } from '../statistics.ts'

/** How files are locked. */
export const flock: Flock = koffiFlock(koffi)

/** The session of the bench as PHP writes it: {@link sample}, whose counter is `n`. */
export function storedSample(format: PhpFormat = 'php'): Uint8Array {
  return encodeVars(format, toPhp({ ...sample() }) as PhpArray)
}

/** Settings of PHP for a session without a cookie, as `-d` of its command line. */
export function directives(ini: Readonly<Record<string, string | number>>): string[] {
  const bare = {
    'session.use_strict_mode': 0,
    'session.cache_limiter': '',
    'session.gc_probability': 0,
    'session.serialize_handler': 'php',
  }
  return Object.entries({ ...bare, ...ini }).flatMap(([name, value]) => ['-d', `${name}="${value}"`])
}

/** As everywhere in the bench, only what is surely below the limit has missed it. */
export function verdict({ low, high }: Estimate, least: number): string {
  if (high < least) return 'missed'
  return low >= least ? 'met' : 'met by the upper bound'
}
