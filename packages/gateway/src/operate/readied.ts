import { SekishoError } from 'sekisho'
import { CommandError } from '../command/terminal/command-error.ts'
import type { Place } from '../config/source.ts'
import { isAbsence, reasonOf } from '../session/stores/failure.ts'
import type { PreparedStore } from '../session/stores/prepared-store.ts'

/** A store, and what a person calls it. */
export interface NamedStore {
  /** Never with a password. */
  readonly id: string
  /** The line of the configuration that says where it is, where one does. */
  readonly place?: Place
  readonly prepared: PreparedStore
  /** What its connection has said last, beside any call: a client that gives up says less than the first failure did. */
  trouble?(): unknown
}

/** Waits until a store can be used. @throws CommandError when it cannot. */
export async function readied(named: NamedStore): Promise<void> {
  try {
    await named.prepared.ready()
  } catch (error) {
    throw storeFailure(named, isVague(error) ? (named.trouble?.() ?? error) : error)
  }
}

function isVague(error: unknown): boolean {
  return reasonOf(error) === 'Connection is closed.'
}

/** What is told when a store fails: the reason of its server or of the file system, and where the configuration names it. */
export function storeFailure({ id, place }: Pick<NamedStore, 'id' | 'place'>, error: unknown): CommandError {
  const isOurs = error instanceof SekishoError && error.code !== 'ERR_STORE_UNAVAILABLE'
  const why = isOurs ? error.message : reasonOf(error)
  const where = place === undefined ? '' : ` (${place.file}:${place.line})`
  const code = isOurs ? error.code : 'ERR_STORE_UNAVAILABLE'
  return new CommandError(
    { code, what: `The store ${id}${where} cannot be used`, why, fix: fixOf(error, why) },
    { cause: error },
  )
}

function fixOf(error: unknown, why: string): string {
  if (isAbsence(error)) return 'start its server, and run the command again'
  if (/belongs to user|Permission denied/i.test(why))
    return 'run the command as the user whom the gateway runs as: sudo -u <user> sekisho …'
  return 'see the guide of the store, docs/guide/stores'
}
