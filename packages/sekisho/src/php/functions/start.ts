/**
 * `session_start()` and `session_reset()`, in PHP's order.
 *
 * @module
 */
import { SekishoUsageError } from '../../errors.ts'
import type { Awaitable } from '../handler/contract.ts'
import type { IniInput } from '../ini/directive-kinds.ts'
import type { DirectiveName } from '../ini/directive.ts'
import { limitCache } from './answer.ts'
import type { Context } from './context.ts'
import { decodeInto, destroyUnread } from './encoding.ts'
import { abandon, isThere, newId, resetId } from './identity.ts'
import { type Obsolete, obsoleteSince, renewedAt } from './obsolete.ts'
import { regenerateId } from './regenerate.ts'
import { acceptedId, findId, type FoundId } from './session-id.ts'
import { changeIni } from './settings-functions.ts'
import type { Storage } from './storage.ts'

/** Options of a start: directives without `session.`, for this request, and PHP's `read_and_close`. */
export type StartOptions = {
  readonly [N in DirectiveName as N extends `session.${infer Option}` ? Option : never]?: IniInput
} & { readonly read_and_close?: IniInput }

/** So many times an id that was regenerated is followed to the next. */
const mostForwards = 3

export async function start(context: Context, options: StartOptions): Promise<boolean> {
  if (context.isActive) {
    context.notice('already-active')
    return true
  }
  if (context.ini.get('session.use_cookies') && context.answer.headersSent)
    return context.tooLate('start-after-headers')
  const isReadOnly = takeOptions(context, options)
  const isStarted = await begin(context)
  if (!isStarted) {
    // What a page has put there without ever having had a session is its own.
    if (context.hasVars) context.vars.clear()
    return false
  }
  if (isReadOnly) {
    context.isActive = false
    await context.opened.close()
  }
  return isReadOnly || renewInTime(context)
}

/** Gives the session a new id when the application wants that from time to time: one that was copied ends with it. */
function renewInTime(context: Context): Awaitable<boolean> {
  const { vars, around } = context
  if (around.regenerateEvery === 0 || vars.isEmpty || context.answer.headersSent) return true
  const now = Math.floor(around.now() / 1000)
  const before = vars.view[renewedAt]
  const isDue = typeof before === 'number' && now - before >= around.regenerateEvery
  if (typeof before !== 'number' || isDue) vars.view[renewedAt] = now
  return !isDue || regenerateId(context, false)
}

/** @returns Whether the session is to be read and closed at once. */
function takeOptions(context: Context, options: StartOptions): boolean {
  let isReadOnly = false
  for (const [name, value] of Object.entries<unknown>(options)) {
    if (!isTaken(value)) {
      const found = value === null ? 'null' : typeof value
      throw wrongOption(`Option "${name}" must be of type string|int|bool, ${found} given`)
    }
    if (name === 'read_and_close') isReadOnly = readAndClose(context, value)
    else if (!changeIni(context, `session.${name}`, value)) context.notice('option-failed', name)
  }
  return isReadOnly
}

function isTaken(value: unknown): value is IniInput {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
}

/** Before PHP 8.5, any number but 0 meant yes, and a text that is no number meant no. */
function readAndClose({ php }: Context, value: IniInput): boolean {
  const number = typeof value === 'string' ? Number.parseInt(value, 10) : Number(value)
  if (php < 805) return number !== 0 && !Number.isNaN(number)
  const isNumber = typeof value !== 'string' || /^\s*[-+]?\d+\s*$/.test(value)
  if (isNumber) return number > 0
  throw wrongOption(`Option "read_and_close" value must be of type compatible with int, "${value}" given`)
}

function wrongOption(text: string): SekishoUsageError {
  return new SekishoUsageError('ERR_ARGUMENT', `session_start(): ${text}`)
}

async function begin(context: Context): Promise<boolean> {
  const { ini } = context
  if (context.storage === undefined) return context.storageFailed('no-module', context.moduleName)
  if (!context.hasSerializer) return context.refuse('no-serializer', ini.get('session.serialize_handler'))
  context.definesSid = !ini.get('session.use_only_cookies')
  context.sendsCookie = ini.get('session.use_cookies') || ini.get('session.use_only_cookies')
  const found = lookUp(context)
  const isBegun = (await initialize(context, found)) && (await limit(context))
  if (!isBegun) context.id = undefined
  return isBegun
}

/** Where no id was set beforehand, and none is left from a session that was closed, the request is asked. */
function lookUp(context: Context): FoundId {
  const found = findId(context.request, context.ini)
  if (context.id === undefined) {
    context.id = found.id
    if (found.hasCookie) context.definesSid = false
    if (found.id !== undefined) context.sendsCookie = found.hasCookie && context.around.rolling
  }
  context.id = acceptedId(context.id, context.isSafe)
  return found
}

/** The cache limiter's headers; a session whose page can no longer be kept from caches is given up. */
function limit(context: Context): Awaitable<boolean> {
  const { answer, ini, around, request } = context
  if (ini.get('session.cache_limiter') === '') return true
  if (answer.headersSent) return giveUpUnlimited(context)
  limitCache(answer, ini, { now: around.now(), modified: around.modified(request) })
  return true
}

async function giveUpUnlimited(context: Context): Promise<false> {
  await abandon(context, context.opened)
  return context.refuse('limiter-after-headers')
}

/** Opens, settles the id, sends the cookie, reads, sweeps and decodes: PHP's `php_session_initialize`. */
export async function initialize(context: Context, found?: FoundId): Promise<boolean> {
  const storage = context.opened
  context.isActive = true
  try {
    return (await opened(context, storage)) && (await takeUp(context, storage, { found, forwards: mostForwards }))
  } catch (error) {
    // A handler that throws leaves no session behind, and its error is the caller's.
    await abandon(context, storage)
    throw error
  }
}

async function opened(context: Context, storage: Storage): Promise<boolean> {
  const { savePath } = context
  if (await storage.open(savePath, context.ini.get('session.name'))) return true
  await abandon(context, storage)
  return context.storageFailed('open-failed', storage.name, savePath)
}

/** How a session is taken up. */
interface Taking {
  readonly found?: FoundId | undefined
  /** How many ids that were replaced may yet be followed. */
  readonly forwards: number
}

/** All that comes once the storage is open. */
async function takeUp(context: Context, storage: Storage, { found, forwards }: Taking): Promise<boolean> {
  await settleId(context, storage, found)
  if (!resetId(context, found)) {
    await abandon(context, storage)
    return false
  }
  context.vars.clear()
  context.hasVars = true
  return await readInto(context, storage, forwards)
}

async function settleId(context: Context, storage: Storage, found: FoundId | undefined): Promise<void> {
  const { id, ini } = context
  context.isFresh = false
  context.isUnsent = false
  if (id !== undefined && id !== '' && (await isAdopted(context, storage, id, found))) return
  context.id = await newId(context, storage, 'Failed to create session ID')
  context.isFresh = true
  context.isUnsent = true
  if (ini.get('session.use_cookies')) context.sendsCookie = true
}

/** Outside of strict mode every id is good. Of several cookies PHP looks at the first only. */
async function isAdopted(context: Context, storage: Storage, id: string, found: FoundId | undefined): Promise<boolean> {
  if (!context.ini.get('session.use_strict_mode')) return true
  const others = context.isSafe && id === found?.id ? found.otherIds : []
  for (const candidate of [id, ...others]) {
    const accepted = acceptedId(candidate, context.isSafe)
    if (accepted === undefined || !(await isThere(context, storage, accepted))) continue
    context.id = accepted
    return true
  }
  return false
}

async function readInto(context: Context, storage: Storage, forwards: number): Promise<boolean> {
  const data = await storage.read(context.id ?? '')
  if (data === false) {
    await abandon(context, storage)
    return context.storageFailed('read-failed', storage.name, context.savePath)
  }
  if (isSweeping(context)) await storage.gc(context.ini.get('session.gc_maxlifetime'))
  context.stored = context.ini.get('session.lazy_write') ? data : undefined
  context.read = data
  if (data.length > 0) context.isFresh = false
  if (!decodeInto(context, data)) return cannotRead(context, storage)
  const obsolete = context.isSafe && forwards > 0 ? obsoleteSince(context) : undefined
  return obsolete === undefined ? true : follow(context, storage, obsolete, forwards)
}

/** Whether this is one of the starts that sweep. */
function isSweeping({ ini, around }: Context): boolean {
  const probability = ini.get('session.gc_probability')
  return probability > 0 && Math.floor(around.random() * ini.get('session.gc_divisor')) < probability
}

/** PHP destroys what it cannot read. The safe behaviour leaves it where it is, for somebody to look at, and begins anew. */
async function cannotRead(context: Context, storage: Storage): Promise<boolean> {
  if (context.isSafe) {
    context.notice('record-kept')
    return beginAnew(context, storage)
  }
  return destroyUnread(context)
}

/** A new session under a new id, in place of the one that is open. */
function beginAnew(context: Context, storage: Storage): Promise<boolean> {
  return goOn(context, storage, { id: undefined, forwards: 0 })
}

/**
 * An id that was replaced leads to the new one for a while, or is for a while what it was. After that, and when the new session has
 * ended, whoever comes with it is nobody.
 */
async function follow(
  context: Context,
  storage: Storage,
  { id, isOver }: Obsolete,
  forwards: number,
): Promise<boolean> {
  if (id === undefined && !isOver) return true
  if (id === undefined || isOver || !(await isThere(context, storage, id))) {
    context.notice('old-id')
    await storage.destroy(context.id ?? '')
    return beginAnew(context, storage)
  }
  return goOn(context, storage, { id, forwards: forwards - 1 })
}

/** Under another id, of which the browser has to be told. */
async function goOn(
  context: Context,
  storage: Storage,
  { id, forwards }: Taking & Pick<Obsolete, 'id'>,
): Promise<boolean> {
  await storage.close()
  if (!(await opened(context, storage))) return false
  context.id = id
  context.sendsCookie = context.ini.get('session.use_cookies')
  return takeUp(context, storage, { forwards })
}
