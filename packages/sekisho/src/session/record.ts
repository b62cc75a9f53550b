import type { SessionRecord, StoredSession } from '../store/contract.ts'
import type { Attachment, PendingLogin } from './state.ts'
import { REMEMBERED_WRITES } from './store-calls.ts'
import { newWriteId, type Token } from './token.ts'

/** The content of a write: what the record shall hold besides its secrets. */
export type Content = Pick<SessionRecord, 'payload' | 'text' | 'dataVersion'>

/** Who a new session is for. */
export interface NewHolder {
  readonly token: Token
  /** 0 unless an earlier secret of the same address is dead. */
  readonly generation: number
}

/** The record of a new session. */
export function newRecord(
  { token, generation }: NewHolder,
  content: Content,
  login: Partial<LoginStamp> = {},
): SessionRecord {
  return { generation, current: token.verifier, ...content, ...login, writeIds: [newWriteId()] }
}

/** What a login writes into the record. */
export interface LoginStamp {
  readonly principal: string
  readonly epoch?: number
  readonly amr?: readonly string[]
  readonly device?: string
}

/** The stamp of a login, with absent members absent. */
export function loginStamp({ principal, amr, device }: PendingLogin, epoch: number | undefined): LoginStamp {
  return {
    principal,
    ...(epoch === undefined ? {} : { epoch }),
    ...(amr === undefined ? {} : { amr }),
    ...(device === undefined ? {} : { device }),
  }
}

/** The same session with new content. A secret seen in use for the first time since its rotation starts the old one's grace. */
export function rewritten(attachment: Attachment, content: Content | undefined, graceMs: number): SessionRecord {
  const record = confirmed(attachment, graceMs)
  const { payload, text, dataVersion } = content ?? record
  const writeIds = nextWriteIds(record)
  // One spread, and no more members than there were: a second one takes longer than all else that is done here.
  return text === undefined
    ? { ...record, payload, dataVersion, writeIds }
    : { ...record, payload, text, dataVersion, writeIds }
}

/** The same session under a new secret; the old one goes on working until the new one has been seen, and a grace longer. */
export function rotated(attachment: Attachment, next: Token, content: Content | undefined): SessionRecord {
  const { token, stored } = attachment
  return {
    ...stored.record,
    ...content,
    current: next.verifier,
    previous: { verifier: token.verifier, handoff: token.handOff(next) },
    ...rotatedNow(stored),
    writeIds: nextWriteIds(stored.record),
  }
}

/** The same session after a change of rights: nothing is left of the old secret, and the login stays. */
export function renewed(stored: StoredSession, next: Token, content: Content): SessionRecord {
  const { principal, epoch, amr, device, authenticatedAt } = stored.record
  return begunAnew(stored, next, {
    ...content,
    ...(principal === undefined ? {} : loginStamp({ principal, amr, device }, epoch)),
    ...(authenticatedAt === undefined ? {} : { authenticatedAt }),
  })
}

/** The session after a login: nothing is left of the old secret. */
export function loggedIn(stored: StoredSession, next: Token, content: Content, stamp: LoginStamp): SessionRecord {
  return begunAnew(stored, next, { ...content, ...stamp, ...authenticatedNow(stored) })
}

/** New secret, next generation: whoever began before stores nothing. */
function begunAnew(
  stored: StoredSession,
  next: Token,
  holder: Content & Partial<LoginStamp> & { readonly authenticatedAt?: number },
): SessionRecord {
  return {
    ...holder,
    generation: stored.record.generation + 1,
    current: next.verifier,
    ...rotatedNow(stored),
    writeIds: nextWriteIds(stored.record),
  }
}

/** Whether the new secret has just been seen for the first time since a rotation. */
export function confirmationDue({ recognised, stored }: Attachment): boolean {
  const { previous } = stored.record
  return recognised === 'current' && previous !== undefined && previous.until === undefined
}

function confirmed(attachment: Attachment, graceMs: number): SessionRecord {
  const { record, now } = attachment.stored
  if (!confirmationDue(attachment) || record.previous === undefined || Number.isNaN(now)) return record
  return { ...record, previous: { ...record.previous, until: now + graceMs } }
}

/** The time of a change of secret, where the store's clock is known; a session made in this request counts from its creation. */
function rotatedNow({ now }: StoredSession): { rotatedAt?: number } {
  return Number.isNaN(now) ? {} : { rotatedAt: now }
}

function authenticatedNow({ now }: StoredSession): { authenticatedAt?: number } {
  return Number.isNaN(now) ? {} : { authenticatedAt: now }
}

function nextWriteIds({ writeIds }: SessionRecord): readonly string[] {
  if (writeIds.length < REMEMBERED_WRITES) return [...writeIds, newWriteId()]
  // Written out, because an array that grows makes room for sixteen more, in every record that a process holds.
  const [, second, third, newest] = writeIds as readonly [string, string, string, string]
  return [second, third, newest, newWriteId()]
}

/** For a store that takes no text, and stands in front of one that lends some: the next write must not carry it along. */
export function inOctets(stored: StoredSession): StoredSession {
  const { text = '', ...record } = stored.record
  return { ...stored, record: { ...record, payload: Buffer.from(text) } }
}
