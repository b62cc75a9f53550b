/**
 * Save handlers of an application: objects and single functions, whose results are read as PHP reads them.
 *
 * @module
 */
import { SekishoUsageError } from '../../errors.ts'
import type { Awaitable, SaveHandler } from '../handler/contract.ts'

/** A handler as an application writes it: as {@link SaveHandler}, and `read` may give text. */
export interface UserSaveHandler extends Omit<SaveHandler, 'read'> {
  /** The bytes or the text of a session, empty for one that is not there. */
  read(id: string): Awaitable<Uint8Array | string | false>
}

/** The functions of PHP's old form, in its order. The last three may be left out. */
export type SaveHandlerCallbacks = readonly [
  open: UserSaveHandler['open'],
  close: UserSaveHandler['close'],
  read: UserSaveHandler['read'],
  write: UserSaveHandler['write'],
  destroy: UserSaveHandler['destroy'],
  gc: UserSaveHandler['gc'],
  createSid?: NonNullable<UserSaveHandler['createSid']>,
  validateSid?: NonNullable<UserSaveHandler['validateId']>,
  updateTimestamp?: NonNullable<UserSaveHandler['updateTimestamp']>,
]

/** A handler that an application has set. */
export interface UserHandler {
  readonly handler: SaveHandler
  /** The name of its class, for warnings; absent for single functions. */
  readonly className?: string
  /** The functions it was made from. */
  readonly callbacks?: SaveHandlerCallbacks
}

/** What the results of a handler's verbs raise. */
export interface ResultReader {
  /** Called for a 0 or a -1, which is not how it is done any more. */
  deprecated(): void
}

/**
 * Takes the handler of an application.
 *
 * @throws SekishoUsageError `ERR_ARGUMENT` where a verb is missing.
 */
export function userHandler(object: UserSaveHandler, results: ResultReader): UserHandler {
  for (const verb of ['open', 'close', 'read', 'write', 'destroy', 'gc'] as const) {
    if (typeof object[verb] !== 'function') throw missing(verb)
  }
  const name: unknown = object.constructor?.name
  const handler = checked(object, results)
  return typeof name === 'string' && name !== 'Object' && name !== '' ? { handler, className: name } : { handler }
}

/** Takes single functions; those that are left out stay those of the callbacks before. */
export function callbackHandler(
  callbacks: SaveHandlerCallbacks,
  before: SaveHandlerCallbacks | undefined,
  results: ResultReader,
): UserHandler {
  const [open, close, read, write, destroy, gc, createSid, validateSid, updateTimestamp] = callbacks
  const optional = {
    createSid: createSid ?? before?.[6],
    validateId: validateSid ?? before?.[7],
    updateTimestamp: updateTimestamp ?? before?.[8],
  }
  const given = Object.fromEntries(Object.entries(optional).filter(([, work]) => work !== undefined))
  const merged = [open, close, read, write, destroy, gc, ...Object.values(optional)] as unknown as SaveHandlerCallbacks
  const own = userHandler({ open, close, read, write, destroy, gc, ...given }, results)
  return { handler: own.handler, callbacks: merged }
}

function missing(verb: string): SekishoUsageError {
  return new SekishoUsageError(
    'ERR_ARGUMENT',
    `a save handler must have the method \`${verb}\`, as PHP's SessionHandlerInterface`,
  )
}

/** The optional verbs are looked up once, as PHP does when the handler is set. */
function checked(object: UserSaveHandler, results: ResultReader): SaveHandler {
  const yes = async (verb: string, result: Awaitable<unknown>): Promise<boolean> => truth(verb, await result, results)
  return {
    open: (path, name) => yes('open', object.open(path, name)),
    close: () => yes('close', object.close()),
    read: async (id) => bytesOf(await object.read(id)),
    write: (id, data) => yes('write', object.write(id, data)),
    destroy: (id) => yes('destroy', object.destroy(id)),
    gc: async (maxLifetime) => countOf(await object.gc(maxLifetime)),
    ...(object.createSid === undefined ? {} : { createSid: async () => idOf(await object.createSid?.()) }),
    ...(object.validateId === undefined
      ? {}
      : { validateId: (id: string) => yes('validateId', object.validateId?.(id) ?? false) }),
    ...(object.updateTimestamp === undefined
      ? {}
      : {
          updateTimestamp: (id: string, data: Uint8Array) =>
            yes('updateTimestamp', object.updateTimestamp?.(id, data) ?? false),
        }),
  }
}

function truth(verb: string, result: unknown, results: ResultReader): boolean {
  if (typeof result === 'boolean') return result
  if (result === 0 || result === -1) {
    results.deprecated()
    return result === 0
  }
  const found = result === null ? 'null' : typeof result
  throw new SekishoUsageError(
    'ERR_ARGUMENT',
    `\`${verb}\` of a save handler must return a boolean; it returned ${found}`,
  )
}

function bytesOf(result: unknown): Uint8Array | false {
  if (typeof result === 'string') return new TextEncoder().encode(result)
  if (result instanceof Uint8Array) return result
  return false
}

/** PHP counts `true` as one. */
function countOf(result: unknown): number | false {
  if (result === true) return 1
  return typeof result === 'number' && result >= 0 ? result : false
}

function idOf(result: unknown): string {
  if (typeof result === 'string') return result
  throw new SekishoUsageError(
    'ERR_ARGUMENT',
    'Session id must be a string: `createSid` of a save handler must return one',
  )
}
