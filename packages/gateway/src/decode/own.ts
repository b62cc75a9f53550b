import { basename, dirname } from 'node:path'
import { carrierParts, defineSealedSession } from 'sekisho'
import { channels } from 'sekisho/events'
import type { StoredSession } from 'sekisho/store'
import { FileStore } from 'sekisho/store/file'
import type { DecodeKeys, Decoded, Decoder, Subject } from './contract.ts'

/** The octets before a key id, and those of a seal around nothing. */
const seal = { version: 1, idOctets: 4, least: 45 } as const

/** The cookie of a stored session: nothing but a secret. */
export const ownToken: Decoder = async ({ text }) => {
  if (!/^[\w-]{64}$/.test(text) || isSeal(text)) return undefined
  return {
    kind: 'the token of a stored session of sekisho',
    facts: { handle: carrierParts(text).address },
    note: 'the data is in the store: sekisho sessions show site.conf HANDLE',
  }
}

/** A sealed session, which carries its data. */
export const ownSeal: Decoder = async (subject, keys) => {
  if (!isSeal(subject.text)) return undefined
  const id = Buffer.from(subject.text, 'base64url').subarray(1, 1 + seal.idOctets)
  const sealed: Decoded = { kind: 'a sealed session of sekisho (format v1)', facts: { key: id.toString('hex') } }
  const { keyRing, application } = keys
  if (keyRing === undefined || application === undefined || subject.cookie === undefined)
    return { ...sealed, note: 'to open it, add --keys FILE, --application NAME and --cookie NAME of its definition' }
  return opened(sealed, subject, { keyRing, application })
}

/** A record of the file store. */
export const ownRecord: Decoder = async ({ octets, path }) => {
  if (octets.toString('latin1', 0, 4) !== 'SKSR') return undefined
  const kind = 'a record of the file store of sekisho'
  const address = basename(path ?? '')
  const directory = dirname(dirname(dirname(path ?? '')))
  if (path === undefined || basename(dirname(dirname(path))) !== 'sessions')
    return { kind, facts: {}, note: 'its times are those of its file: name the file where the store keeps it' }
  const stored = new FileStore({ directory }).read(address)
  if (stored === undefined) return { kind, facts: { handle: address }, note: 'it has expired, or is damaged' }
  return { kind, facts: { handle: address, ...factsOf(stored) }, ...contentOf(stored) }
}

function isSeal(text: string): boolean {
  if (!/^[\w-]+$/.test(text)) return false
  const octets = Buffer.from(text, 'base64url')
  return octets.length >= seal.least && octets[0] === seal.version && octets.toString('base64url') === text
}

async function opened(
  sealed: Decoded,
  { text, cookie = '' }: Subject,
  {
    keyRing,
    application,
  }: Required<Pick<DecodeKeys, 'application'>> & { readonly keyRing: NonNullable<DecodeKeys['keyRing']> },
): Promise<Decoded> {
  const sessions = defineSealedSession({
    name: application ?? '',
    keyRing,
    acceptUnrevocable: true,
    cookie: { name: cookie },
  })
  let reason: string | undefined
  const listen = (message: unknown): void => void ({ reason } = message as { reason: string })
  channels.rejected.subscribe(listen)
  try {
    const session = await sessions.open({ method: 'GET', headers: { cookie: `${cookie}=${text}` } })
    const { address, createdAt, idleDeadline, absoluteDeadline } = session.meta
    if (address === undefined) return { ...sealed, note: unopened(reason) }
    const facts = {
      ...sealed.facts,
      handle: address,
      ...person(session.principal),
      ...times({ createdAt, idleDeadline, absoluteDeadline }),
    }
    return { ...sealed, facts, content: Object.fromEntries(session.keys().map((key) => [key, session.get(key)])) }
  } finally {
    channels.rejected.unsubscribe(listen)
    await sessions.close()
  }
}

function unopened(reason: string | undefined): string {
  if (reason === undefined) return 'it has expired'
  return 'the keys do not open it: another key, application or cookie name has sealed it, or it was changed'
}

function factsOf(stored: StoredSession): Record<string, string> {
  return { version: String(stored.version), ...person(stored.record.principal), ...times(stored) }
}

function contentOf({ record: { payload } }: StoredSession): Pick<Decoded, 'content' | 'note'> {
  try {
    return { content: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as unknown }
  } catch {
    return { note: `its ${payload.length} octets of data are encrypted, or of another codec` }
  }
}

function person(user: string | undefined): Record<string, string> {
  return user === undefined ? {} : { user }
}

type Times = { readonly [Name in 'createdAt' | 'idleDeadline' | 'absoluteDeadline']: number | undefined }

function times({ createdAt, idleDeadline, absoluteDeadline }: Times): Record<string, string> {
  return {
    created: shown(createdAt),
    'ends unused': shown(idleDeadline),
    'ends at the latest': shown(absoluteDeadline),
  }
}

/** A time of a server's clock. */
export function shown(time: number | undefined): string {
  if (time === undefined) return 'not known'
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : 'never'
}
