import { layersOf, type ServerLayer, type Site } from '../config/layer.ts'
import { sessionPolicy, type SessionPolicy } from '../config/session-policy.ts'
import type { Settings } from '../config/settings.ts'
import type { Place } from '../config/source.ts'

/** What the directives about sessions add up to in one section. Holds no passphrase. */
export interface SessionSummary {
  /** `server config`, `<VirtualHost *:80>`, `<Location /secure>`. */
  readonly section: string
  /** Undefined: what stands outside of all sections. */
  readonly place: Place | undefined
  /** Undefined: there is no session. */
  readonly session: SummarizedPolicy | undefined
}

/** The policy of a section, without secrets. */
export interface SummarizedPolicy extends Pick<
  SessionPolicy,
  'store' | 'fileName' | 'idleSeconds' | 'autoStart' | 'header' | 'headerContent' | 'encrypted'
> {
  readonly cookie: string
  readonly attributes: string | undefined
  /** Undefined: nothing is encrypted. */
  readonly cipher: string | undefined
}

/**
 * The policy of each server, and of each section in which it is another one. Which sections meet in one request is not known
 * here: each is taken on top of its server alone.
 */
export function sessionSummaries(site: Site): SessionSummary[] {
  return [site.main, ...site.hosts].flatMap((server) => {
    const base = server === site.main ? server.settings : site.main.settings.with(server.settings)
    return [summaryOf(server, base), ...sectionsOf(server, base)]
  })
}

function sectionsOf(server: ServerLayer, base: Settings): SessionSummary[] {
  const usual = JSON.stringify(summarized(base))
  return [...layersOf(server)]
    .map((layer) => summaryOf(layer, base.with(layer.settings)))
    .filter(({ session }) => JSON.stringify(session) !== usual)
}

/** What one section comes out as, given what holds in it. */
export function summaryOf({ title, place }: Pick<ServerLayer, 'title' | 'place'>, settings: Settings): SessionSummary {
  return { section: title, place, session: summarized(settings) }
}

function summarized(settings: Settings): SummarizedPolicy | undefined {
  const policy = sessionPolicy(settings)
  if (policy === undefined) return undefined
  const { store, fileName, idleSeconds, autoStart, header, headerContent, encrypted, cipher, cookie } = policy
  return {
    store,
    fileName,
    idleSeconds,
    autoStart,
    header,
    headerContent,
    encrypted,
    cookie: cookie.name,
    attributes: cookie.attributes,
    cipher: encrypted ? cipher : undefined,
  }
}

/** A summary as a row for people: section, store, cookie, how long it lasts, encryption. */
export function summaryRow({ section, session }: SessionSummary): string[] {
  if (session === undefined) return [section, 'no session', '', '', '']
  const { store, fileName, cookie, attributes, idleSeconds, cipher } = session
  const place = store === 'file' && fileName !== undefined ? `file ${fileName}` : store
  const life = idleSeconds === undefined ? 'no limit' : `${idleSeconds} s without a request`
  return [section, place, [cookie, attributes].filter(Boolean).join(' '), life, cipher ?? 'not encrypted']
}

/** The titles of the columns of {@link summaryRow}. */
export const summaryHead: readonly string[] = ['Section', 'Store', 'Cookie', 'Lasts', 'Encryption']
