/**
 * A request that has regenerated the id and then fails is answered without a cookie. So that this logs nobody out, the session is
 * put back under the id that the browser has, with what it had; PHP leaves it under an id that nobody knows.
 *
 * @module
 */
import type { Context } from './context.ts'
import type { Storage } from './storage.ts'

/** Remembers what the browser's id stands for, before the request leaves that id for the first time. */
export function hold(context: Context): void {
  const { id, isUnsent, read: data } = context
  if (id !== undefined && !isUnsent && data.length > 0) context.held ??= { id, data }
}

/**
 * Undoes the change of the id, unless the browser has heard of it by now. The new record goes first: on a full disk, the old one has
 * its room.
 */
export async function putBack(context: Context, storage: Storage): Promise<void> {
  const { held, id, answer, holdsHead } = context
  context.held = undefined
  if (held === undefined || (answer.headersSent && !holdsHead)) return
  context.withdrawCookie()
  if (await storage.open(context.savePath, context.ini.get('session.name'))) {
    if (id !== undefined && id !== held.id) await storage.destroy(id)
    await storage.write(held.id, held.data)
  }
  await storage.close()
}
