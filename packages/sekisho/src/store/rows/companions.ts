/**
 * Rows beside those of sessions: what is kept in them is text of our own in the same envelope, and their ids are hashes that
 * no address can be.
 *
 * @module
 */

/** What such a row is for; its text begins with this and a colon, which no session's text has. */
export type Companion = 'index' | 'lock'

/**
 * @param name Whose row it is; two names that differ in one code unit are two.
 * @returns The id of the row.
 */
export async function companionId(kind: Companion, name: string, length: number): Promise<string> {
  const text = `sekisho ${kind} ${name}`
  const units = Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  const hash = await crypto.subtle.digest('SHA-256', units)
  return Buffer.from(hash).toString('hex').slice(0, length)
}

/**
 * The text of a row. It holds a random value, because two writers who want the same must not take each other's row for their
 * own.
 */
export function companionText(kind: Companion, content: unknown): string {
  return `${kind}:${JSON.stringify([content, crypto.randomUUID()])}`
}

/** @returns What is in such a text, `undefined` when it is none of this kind. */
export function companionContent(kind: Companion, text: string | undefined): unknown {
  if (text === undefined || !text.startsWith(`${kind}:`)) return undefined
  return (JSON.parse(text.slice(kind.length + 1)) as [unknown, string])[0]
}

/** Whether a text is a session's. */
export function isSessionText(text: string): boolean {
  return !text.includes(':')
}
