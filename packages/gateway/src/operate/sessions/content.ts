import { ApacheSession } from 'sekisho/apache'
import type { StoredSession } from 'sekisho/store'
import { PassphraseReader } from '../../session/passphrases/section-passphrases.ts'
import type { SectionTerms } from '../../session/section-terms.ts'
import { sealOf } from '../../session/session-seal.ts'
import { isEntryKey } from '../../session/stored/engine-entries.ts'
import { engineOf, standardIdleSeconds } from '../../session/stored/make-stored-keeper.ts'
import { engineFacts } from '../../session/stored/stored-session.ts'
import type { GatewayState } from '../../session/state-node.ts'
import type { SiteStore } from '../site-stores-node.ts'

/** What is in a session. */
export interface SessionContent {
  readonly isEncrypted: boolean
  /** Keys and values in their order; undefined: they cannot be opened with the passphrases of the configuration. */
  readonly entries: readonly (readonly [key: string, value: string])[] | undefined
  /** The time of expiry that an app has set, in milliseconds since 1970. */
  readonly expiry: number | undefined
  /** The login holds as long as the password stays as it is. */
  readonly isBoundToPassword: boolean
}

/**
 * Opens a session with the passphrases of the sections that use its store, whichever of them fits.
 *
 * @returns Undefined when it is not alive any more.
 */
export async function contentOf(
  address: string,
  site: SiteStore,
  state: GatewayState,
): Promise<SessionContent | undefined> {
  const stored = await site.store.read(address)
  if (stored === undefined) return undefined
  const terms = await termsOf(site, state)
  return stored.record.current === 'user' ? userContent(stored, terms) : engineContent(address, site, terms)
}

/** The sections as keepers see them; each list of passphrases once, and at last none at all. */
async function termsOf({ sections }: SiteStore, state: GatewayState): Promise<SectionTerms[]> {
  const reader = new PassphraseReader()
  const terms = new Map<string, SectionTerms>()
  for (const { settings, policy } of sections) {
    const { texts: passphrases } = await reader.read(settings)
    terms.set(JSON.stringify([policy.cipher, passphrases]), { settings, policy, passphrases, state })
  }
  const plain = [...terms.values()].slice(0, 1).map((first) => ({ ...first, passphrases: [] }))
  return [...terms.values(), ...plain]
}

async function engineContent(
  address: string,
  { prepared }: SiteStore,
  candidates: readonly SectionTerms[],
): Promise<SessionContent | undefined> {
  let isEncrypted = false
  for (const terms of candidates) {
    const sessions = await engineOf(terms, prepared, terms.policy.idleSeconds ?? standardIdleSeconds)
    try {
      const content = await sessions.admin.inspect(address)
      if (content === undefined) return undefined
      isEncrypted = content.encrypted
      if (content.data !== undefined) return { isEncrypted, ...readData(content.data) }
    } finally {
      await sessions.close()
    }
  }
  return { ...closed, isEncrypted }
}

function readData(data: Readonly<Record<string, unknown>>): Omit<SessionContent, 'isEncrypted'> {
  const pairs = Object.entries(data).flatMap(([key, pair]) => (isEntryKey(key) ? [String(pair)] : []))
  const expiry = data[engineFacts.expiry]
  return {
    entries: [...ApacheSession.decode(pairs.join('&'))],
    expiry: expiry === undefined ? undefined : Number(expiry) / 1000,
    isBoundToPassword: data[engineFacts.bound] !== undefined,
  }
}

/** SessionDBDPerUser keeps Apache's own text, under the cipher of its section. */
async function userContent({ record }: StoredSession, candidates: readonly SectionTerms[]): Promise<SessionContent> {
  const text = record.text ?? Buffer.from(record.payload).toString('latin1')
  for (const terms of candidates) {
    const seal = await sealOf(terms)
    const encoded = seal === undefined ? plainText(text) : (await seal.open(text))?.encoded
    if (encoded === undefined) continue
    const entries = [...ApacheSession.decode(encoded)].filter(([key]) => key.toLowerCase() !== 'expiry')
    return { isEncrypted: seal !== undefined, entries, expiry: undefined, isBoundToPassword: false }
  }
  return { ...closed, isEncrypted: true }
}

/** A sealed text is base64, and has no `=` but at its end. */
function plainText(text: string): string | undefined {
  return text === '' || /=[^=]/.test(text) ? text : undefined
}

const closed = { entries: undefined, expiry: undefined, isBoundToPassword: false }
