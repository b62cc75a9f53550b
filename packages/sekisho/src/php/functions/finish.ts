/**
 * How a session ends: `session_write_close()`, `session_abort()`, `session_destroy()`.
 *
 * @module
 */
import { encodeVars } from '../format/vars.ts'
import { deletionText } from './answer.ts'
import type { Context } from './context.ts'
import { encodeSession, formatOf } from './encoding.ts'
import { remove } from './identity.ts'
import { leadOn } from './obsolete.ts'
import { putBack } from './put-back.ts'
import type { Storage } from './storage.ts'

export async function writeClose(context: Context): Promise<boolean> {
  if (!context.isActive) return false
  const storage = context.opened
  context.isActive = false
  let isWritten = false
  try {
    isWritten = await save(context, storage)
  } finally {
    await storage.close()
    if (!isWritten) await putBack(context, storage)
    context.held = undefined
  }
  const { predecessor } = context
  if (isWritten && predecessor !== undefined) await leadOn(context, storage, predecessor)
  // PHP says yes all the same, and nobody hears that the visitor's work is lost.
  if (!isWritten) context.endIfSafe('write-failed', storage.name, context.savePath)
  return true
}

/** Encodes completely before the storage is touched; what cannot be encoded leaves the old record as it was, and throws. */
async function save(context: Context, storage: Storage): Promise<boolean> {
  const data = encodeSession(context)
  context.written = data
  const id = context.id ?? ''
  // A session that never held anything needs no record.
  if (context.isSafe && context.isFresh && context.vars.isEmpty) return true
  const isUnchanged =
    context.stored !== undefined && Buffer.compare(data, context.stored) === 0 && !isWrittenAnyway(context, data)
  const isWritten = isUnchanged ? await storage.touch(id, data) : await storage.write(id, data)
  if (!isWritten) warnOfWrite(context, storage, isUnchanged)
  return isWritten
}

/** Before 8.6 PHP wrote an empty session even where it had been empty. */
function isWrittenAnyway({ php }: Context, data: Uint8Array): boolean {
  return php < 806 && data.length === 0
}

/** Raises a notice where variables have changed since the session was written, and is not active any more. */
export function noticeLateChanges(context: Context): void {
  const { written, vars, isActive } = context
  if (isActive || written === undefined) return
  try {
    const now = encodeVars(formatOf(context), vars.toArray(), { onSkip: () => {} })
    if (Buffer.compare(now, written) === 0) return
  } catch {
    // What cannot be encoded was not there when it was written.
  }
  context.notice('changed-late')
}

function warnOfWrite(context: Context, { name, userClass }: Storage, isTouch: boolean): void {
  if (userClass === undefined) return context.notice('write-failed', name, context.savePath)
  const verb = isTouch ? 'updateTimestamp' : 'write'
  const named = userClass === '' ? verb.replace('updateTimestamp', 'update_timestamp') : `${userClass}::${verb}`
  context.notice('user-write-failed', named, context.savePath)
}

export async function abort(context: Context): Promise<boolean> {
  if (!context.isActive) return false
  context.isActive = false
  context.held = undefined
  await context.opened.close()
  return true
}

export async function destroy(context: Context, removesCookie: boolean): Promise<boolean> {
  if (!context.isActive) return context.refuse('destroy-inactive')
  if (removesCookie) removeCookie(context)
  return (await remove(context)) || context.endIfSafe('destroy-failed')
}

/** The recipe of PHP's manual: no variables, no cookie, and no record. */
function removeCookie(context: Context): void {
  const { answer, ini } = context
  context.vars.clear()
  if (!ini.get('session.use_cookies')) return
  if (answer.headersSent) context.notice('cookie-after-headers')
  else context.sendCookie(ini.get('session.name'), deletionText(ini))
}
