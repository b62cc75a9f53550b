/**
 * What a start and a regeneration do alike: a new id, its cookie, and the end of a session that cannot go on.
 *
 * @module
 */
import { SekishoError } from '../../errors.ts'
import { unsendableName } from '../ini/directive-rules.ts'
import { cookieText } from './answer.ts'
import type { Context } from './context.ts'
import { findId, type FoundId } from './session-id.ts'
import type { Storage } from './storage.ts'

/** @throws SekishoError where the handler makes none. */
export async function newId(context: Context, storage: Storage, what: string): Promise<string> {
  const id = await storage.createId()
  if (id === false) throw await givenUp(context, storage, what)
  return id
}

/** What PHP throws: from here on there is no session. */
export async function givenUp(context: Context, storage: Storage, what: string): Promise<SekishoError> {
  await abandon(context, storage)
  return new SekishoError('ERR_STORE_UNAVAILABLE', `${what}: ${storage.name} (path: ${context.savePath})`)
}

/** Sends the cookie where it is due, sets `SID`, and arms what writes ids into links. @returns Whether the cookie could be sent. */
export function resetId(context: Context, found: FoundId = findId(context.request, context.ini)): boolean {
  const { ini } = context
  const name = ini.get('session.name')
  const id = context.id ?? ''
  if (ini.get('session.use_cookies') && context.sendsCookie) {
    // Before 8.5 PHP went on without a cookie.
    if (!sendCookie(context, name, id) && context.php >= 805) return false
    context.sendsCookie = false
  }
  context.sid = context.definesSid ? `${name}=${id}` : ''
  const isRewriting = ini.get('session.use_trans_sid') && !ini.get('session.use_only_cookies')
  if (isRewriting && !(ini.get('session.use_cookies') && found.hasCookie)) context.transSid = { name, id }
  return true
}

function sendCookie(context: Context, name: string, id: string): boolean {
  const { answer, ini } = context
  if (answer.headersSent) return context.refuse('cookie-after-headers')
  if (ini.get('session.cookie_partitioned') && !ini.get('session.cookie_secure')) {
    return context.refuse('cookie-partitioned')
  }
  const unsendable = unsendableName(name)
  if (unsendable !== undefined) return context.refuse('cookie-name', unsendable)
  context.sendCookie(name, cookieText(ini, id, context.around.now()))
  return true
}

/**
 * Whether there is a session of an id. PHP takes a storage that cannot tell for one that has none, and gives the visitor a new id;
 * the safe behaviour is an error, and leaves the old one alone.
 */
export async function isThere(context: Context, storage: Storage, id: string): Promise<boolean> {
  const answer = await storage.exists(id)
  if (answer !== undefined || !context.isSafe) return answer === true
  await abandon(context, storage)
  return context.storageFailed('read-failed', storage.name, context.savePath)
}

/** Ends a session that cannot go on. */
export async function abandon(context: Context, storage: Storage): Promise<void> {
  if (!context.isActive) return
  context.isActive = false
  await storage.close()
}

/** Removes the record of the session that is under way, and ends it. @returns Whether that could be done. */
export async function remove(context: Context): Promise<boolean> {
  const storage = context.opened
  context.isActive = false
  context.held = undefined
  try {
    const isRemoved = context.id === undefined || (await storage.destroy(context.id))
    if (!isRemoved) context.notice('destroy-failed')
    return isRemoved
  } finally {
    await storage.close()
    context.id = undefined
    context.stored = undefined
    context.hasVars = false
  }
}
