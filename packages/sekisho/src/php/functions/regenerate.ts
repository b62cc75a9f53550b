/**
 * `session_regenerate_id()` and `session_create_id()`.
 *
 * @module
 */
import { SekishoUsageError } from '../../errors.ts'
import type { Awaitable } from '../handler/contract.ts'
import type { Context } from './context.ts'
import { encodeSession } from './encoding.ts'
import { abandon, givenUp, newId, resetId } from './identity.ts'
import { obsoleteData, predecessorOf, unmark } from './obsolete.ts'
import { hold, putBack } from './put-back.ts'
import { idCharacters } from './session-id.ts'
import type { Storage } from './storage.ts'

/** So many times a new id is drawn again while there is a session of that id. */
const mostDraws = 3

export async function regenerateId(context: Context, deletesOld: boolean): Promise<boolean> {
  if (!context.isActive) return context.refuse('regenerate-inactive')
  if (context.answer.headersSent) return context.tooLate('regenerate-after-headers')
  const storage = context.opened
  if (context.isSafe) unmark(context)
  // Encoded before anything is touched: what cannot be encoded changes nothing.
  const data = encodeSession(context)
  if (context.isSafe) hold(context)
  try {
    if (!(await move(context, storage, { deletesOld, data }))) return false
  } catch (error) {
    await abandon(context, storage)
    await putBack(context, storage)
    throw error
  }
  context.isFresh = false
  context.isUnsent = true
  if (context.ini.get('session.use_cookies')) context.sendsCookie = true
  return resetId(context)
}

/** From the record of the old id to that of a new one. */
async function move(context: Context, storage: Storage, leaving: Leaving): Promise<boolean> {
  if (!(await leaveOld(context, storage, leaving))) return false
  await storage.close()
  context.stored = undefined
  context.id = undefined
  await reopen(context, storage)
  context.id = await draw(context, storage)
  await readNew(context, storage)
  // PHP's new record stays empty until the end, and for good when the request dies before.
  if (context.isSafe && !(await storage.write(context.id, leaving.data)))
    throw await givenUp(context, storage, 'Failed to write session')
  return true
}

interface Leaving {
  readonly deletesOld: boolean
  readonly data: Uint8Array
}

async function leaveOld(context: Context, storage: Storage, leaving: Leaving): Promise<boolean> {
  if (await left(context, storage, leaving)) return true
  await abandon(context, storage)
  const failure = leaving.deletesOld ? 'regenerate-destroy-failed' : 'regenerate-write-failed'
  return context.storageFailed(failure, storage.name, context.savePath)
}

function left(context: Context, storage: Storage, { deletesOld, data }: Leaving): Awaitable<boolean> {
  const { id = '', isSafe, isUnsent, around } = context
  // The browser has never had an id that was made in this request.
  if (deletesOld || (isSafe && isUnsent)) return storage.destroy(id)
  if (!isSafe || around.forwardFor === 0) return storage.write(id, data)
  context.predecessor = predecessorOf(context)
  return storage.write(id, obsoleteData(context, context.predecessor))
}

/**
 * In strict mode an id that is in use is drawn again. That a storage cannot tell is no reason to stop here, where the old record has
 * been left already: two equal ids are never drawn, and a storage that is away fails at the next verb.
 */
async function draw(context: Context, storage: Storage): Promise<string> {
  let id = await newId(context, storage, 'Failed to create new session ID')
  if (!context.ini.get('session.use_strict_mode') || !storage.validates) return id
  for (let draws = 0; draws < mostDraws && (await storage.exists(id)); draws += 1) {
    id = await newId(context, storage, 'Failed to create session ID by collision')
  }
  return id
}

async function reopen(context: Context, storage: Storage): Promise<void> {
  const isOpen = await storage.open(context.savePath, context.ini.get('session.name'))
  if (!isOpen) throw await givenUp(context, storage, 'Failed to open session')
}

async function readNew(context: Context, storage: Storage): Promise<void> {
  const data = await storage.read(context.id ?? '')
  if (data === false) throw await givenUp(context, storage, 'Failed to create(read) session ID')
}

/** @throws SekishoUsageError `ERR_ARGUMENT` for a prefix that is too long or holds a NUL. */
export async function createId(context: Context, prefix: string): Promise<string | false> {
  if (prefix.length > 256) throw wrongPrefix('cannot be longer than 256 characters')
  if (prefix.includes('\0')) throw wrongPrefix('must not contain any null bytes')
  if (prefix !== '' && !idCharacters.test(prefix)) return context.refuse('create-id-prefix')
  const id = context.isActive ? await drawFree(context.opened) : context.createId()
  return id === false ? context.refuse('create-id-failed') : prefix + id
}

async function drawFree(storage: Storage): Promise<string | false> {
  for (let draws = 0; draws < mostDraws; draws += 1) {
    const id = await storage.createId()
    if (id === false || !storage.validates || !(await storage.exists(id))) return id
  }
  return false
}

function wrongPrefix(rule: string): SekishoUsageError {
  return new SekishoUsageError('ERR_ARGUMENT', `session_create_id(): Argument #1 ($prefix) ${rule}`)
}
