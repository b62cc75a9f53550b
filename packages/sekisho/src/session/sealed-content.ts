import { hash, randomBytes } from '../crypto/node.ts'
import type { StoredSession } from '../store/contract.ts'
import type { Attached } from './state.ts'

const nothing = new Uint8Array()

/** What a sealed session holds, data and all. Times are epoch milliseconds on the server's clock. */
export interface SealedContent {
  /** 16 random octets, base64url: what a revocation names. */
  readonly id: string
  readonly createdAt: number
  readonly idleDeadline: number
  readonly absoluteDeadline: number
  readonly generation: number
  readonly dataVersion: number
  readonly principal: string | undefined
  /** The principal's epoch at login, where revocations are kept. */
  readonly epoch: number | undefined
  readonly amr: readonly string[] | undefined
  readonly device: string | undefined
  /** The encoded data. */
  readonly text: string
}

/** The sealed session that a request brought along. What only some requests ask for is made when they do. */
export class SealedAttachment implements Attached {
  readonly content: SealedContent
  /** Sealed with the key that seals today. */
  readonly newest: boolean
  /** When it was opened. */
  readonly now: number
  #token: { readonly address: string } | undefined
  #stored: StoredSession | undefined

  constructor(content: SealedContent, newest: boolean, now: number) {
    this.content = content
    this.newest = newest
    this.now = now
  }

  /** The handle of the session: where its revocation would be filed. */
  get token(): { readonly address: string } {
    this.#token ??= { address: revocationAddress(this.content.id) }
    return this.#token
  }

  get stored(): StoredSession {
    const { createdAt, idleDeadline, absoluteDeadline } = this.content
    const times = { now: this.now, createdAt, idleDeadline, absoluteDeadline }
    this.#stored ??= { record: recordOf(this.content), version: 0, ...times }
    return this.#stored
  }

  /** Whether one of the deadlines has passed. */
  get isOver(): boolean {
    return this.now >= Math.min(this.content.idleDeadline, this.content.absoluteDeadline)
  }
}

/** Under which address a sealed session's revocation is filed: a hash, so that the list of the ended tells nobody an id. */
export function revocationAddress(id: string): string {
  return hash('sha256', `sekisho v1 sealed ${id}`, 'hex')
}

/** The id of a new sealed session. */
export function newSealedId(): string {
  return randomBytes(16).toString('base64url')
}

/**
 * The plaintext: a JSON array of everything but the data, a line feed, and the data as the codec wrote it. JSON has no
 * line feed outside of its strings, and none inside that is not escaped, so the first one ends the array.
 */
export function encodeContent(content: SealedContent): Buffer {
  const { id, createdAt, idleDeadline, absoluteDeadline, generation, dataVersion, principal, epoch, amr, device } =
    content
  const times = [createdAt, idleDeadline - createdAt, absoluteDeadline - createdAt]
  const head: unknown[] = [id, ...times, generation, dataVersion, principal, epoch, amr, device]
  while (head.at(-1) === undefined) head.pop()
  return Buffer.from(`${JSON.stringify(head)}\n${content.text}`) // what is absent in the middle is written as null
}

/** What {@link encodeContent} encoded. It was authenticated before, so whatever it is, we wrote it. */
export function decodeContent(plaintext: Buffer): SealedContent {
  const whole = plaintext.toString()
  const end = whole.indexOf('\n')
  const [id, createdAt, idle, absolute, generation, dataVersion, principal, epoch, amr, device] = JSON.parse(
    whole.slice(0, end),
  ) as [
    ...[id: string, createdAt: number, idle: number, absolute: number, generation: number, dataVersion: number],
    ...[principal?: string | null, epoch?: number | null, amr?: string[] | null, device?: string | null],
  ]
  return {
    id,
    createdAt,
    idleDeadline: createdAt + idle,
    absoluteDeadline: createdAt + absolute,
    generation,
    dataVersion,
    principal: principal ?? undefined,
    epoch: epoch ?? undefined,
    amr: amr ?? undefined,
    device: device ?? undefined,
    text: whole.slice(end + 1),
  }
}

/** What a sealed session would be in a store, as far as its handler can see. */
function recordOf({ generation, dataVersion, principal, amr, device }: SealedContent): StoredSession['record'] {
  return {
    generation,
    dataVersion,
    current: '',
    writeIds: [],
    payload: nothing,
    ...(principal !== undefined && { principal }),
    ...(amr !== undefined && { amr }),
    ...(device !== undefined && { device }),
  }
}
