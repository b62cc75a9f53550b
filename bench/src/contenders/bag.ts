import { noSession, type Action } from '../contract.ts'
import { sample, type Sample } from '../sample.ts'

/** Does an action on a session that is a plain object. @returns The body. */
export function actOnBag(bag: Partial<Sample>, action: Action): string {
  if (action === 'create') Object.assign(bag, sample())
  else if (bag.n === undefined) return noSession
  else if (action === 'write') bag.n += 1
  return String(bag.n)
}
