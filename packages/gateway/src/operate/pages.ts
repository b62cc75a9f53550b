import type { SessionStore, TransferPage } from 'sekisho/store'
import { CommandError } from '../command/terminal/command-error.ts'

/** A store, and what a person calls it. */
export interface Listable {
  readonly id: string
  readonly store: SessionStore
}

/** So many sessions are looked at between two looks at whether somebody has interrupted. */
export const pageSize = 500

/** How a search through the sessions of stores goes. */
export interface Search {
  readonly signal: AbortSignal
  /** Is told how many sessions have been looked at, whenever that was not enough. */
  onSeen?(seen: number): void
}

/**
 * Goes through all live sessions of a store, a page at a time.
 *
 * @throws CommandError when the store cannot list what it holds.
 */
export async function* pagesOf({ id, store }: Listable, signal: AbortSignal): AsyncGenerator<TransferPage['sessions']> {
  const { transfer } = store
  if (transfer === undefined) throw unlistable(id)
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const page = await transfer.scan(cursor, pageSize)
    yield page.sessions
    cursor = page.next
  } while (cursor !== undefined)
}

/** The statements of a site may find a session by its id, and say nothing about where the others are. */
export function unlistable(id: string): CommandError {
  return new CommandError({
    code: 'store-not-listable',
    what: `The store ${id} cannot list its sessions`,
    why: 'its SessionDBD…SQL statements are of a form of their own, from which no list follows',
    fix: 'write them in the plain form, INSERT INTO table (id, data) VALUES (%s, %s), or look into the table itself',
  })
}
