/**
 * The record that stays behind when an id is regenerated, for the requests that are under way with it and for answers that the
 * network has lost. It is marked with the two variables of PHP's manual, so that a page of PHP that follows the manual understands it.
 *
 * It keeps what it had before the request that replaced it, and ends shortly after. Only when that request has changed nothing,
 * so that it was no login, does the old id lead to the new one: whoever had planted or copied it has gained nothing by then.
 *
 * @module
 */
import { decodeVars, encodeVars } from '../format/vars.ts'
import { PhpArray } from '../value/value.ts'
import type { Context, Predecessor } from './context.ts'
import { formatOf } from './encoding.ts'
import { ours, since, successor } from './replaced-marks.ts'
import { acceptedId } from './session-id.ts'
import type { Storage } from './storage.ts'

/** When the session was last given a new id, in seconds since 1970. */
export const renewedAt = 'regenerated_at'

/** Where an obsolete record leads. */
export interface Obsolete {
  /** The new id, where the old one leads there. */
  readonly id: string | undefined
  /** Whether that was too long ago. */
  readonly isOver: boolean
}

/** What was stored when the session was read. */
export function predecessorOf(context: Context): Predecessor {
  return { id: context.id ?? '', vars: decodeVars(formatOf(context), context.read) }
}

/** The bytes of an id that has been replaced. @param next Absent while nobody knows what becomes of the new one. */
export function obsoleteData(context: Context, { vars }: Predecessor, next?: string): Uint8Array {
  const now = Math.floor(context.around.now() / 1000)
  const marked = new PhpArray().assign(vars).set(since, now).set(ours, true)
  return encodeVars(formatOf(context), next === undefined ? marked : marked.set(successor, next))
}

/** Takes the marks away from the variables, which go on under a new id. */
export function unmark(context: Context): void {
  if (obsoleteSince(context) === undefined) return
  for (const name of [since, successor, ours]) delete context.vars.view[name]
}

/** What the session that was read says about itself, if its id has been replaced. */
export function obsoleteSince({ vars, around }: Context): Obsolete | undefined {
  const [at, next] = [vars.view[since], vars.view[successor]]
  const isMarked = typeof next === 'string' || vars.view[ours] === true
  if (typeof at !== 'number' || !isMarked) return undefined
  const id = typeof next === 'string' ? acceptedId(next, true) : undefined
  return { id, isOver: around.now() / 1000 - at > around.forwardFor }
}

/** Makes the old id lead to the new one, which has been stored by now, unless this request has changed the session. */
export async function leadOn(context: Context, storage: Storage, predecessor: Predecessor): Promise<void> {
  const { id } = context
  context.predecessor = undefined
  if (id === undefined || !isSame(context, predecessor.vars)) return
  if (await storage.open(context.savePath, context.ini.get('session.name'))) {
    const present = await storage.read(predecessor.id)
    // Meanwhile somebody may have ended it.
    if (present !== false && present.length > 0)
      await storage.write(predecessor.id, obsoleteData(context, predecessor, id))
  }
  await storage.close()
}

function isSame(context: Context, before: PhpArray): boolean {
  const unmarked = (vars: PhpArray): Uint8Array =>
    encodeVars('php_serialize', PhpArray.from([...vars.entries()].filter(([key]) => !marks.has(key))))
  return Buffer.compare(unmarked(before), unmarked(context.vars.toArray())) === 0
}

const marks: ReadonlySet<unknown> = new Set([since, successor, ours, renewedAt])
