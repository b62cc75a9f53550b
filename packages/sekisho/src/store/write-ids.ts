import type { SessionRecord } from './contract.ts'

/** The id of the newest write in a record. */
export function newestWrite({ writeIds }: SessionRecord): string {
  return writeIds.at(-1) ?? ''
}

/** Whether a stored record remembers the newest write of this one: then that very write has been applied before. */
export function repeats({ writeIds }: SessionRecord, stored: Pick<SessionRecord, 'writeIds'>): boolean {
  const writeId = writeIds.at(-1)
  return writeId !== undefined && stored.writeIds.includes(writeId)
}
