import type { SessionStore } from 'sekisho/store'
import { CommandError, exitCodes } from '../../command/terminal/command-error.ts'
import type { PreparedStore } from '../../session/stores/prepared-store.ts'
import { readied } from '../readied.ts'
import { openSiteStores, type SiteSource, type SiteStore, type SiteStores } from '../site-stores-node.ts'
import { isStoreUrl, openStoreUrl, type Side } from './store-url-node.ts'

/** One end of a copy. */
export interface Endpoint {
  /** What people call it. Never with a password. */
  readonly id: string
  readonly prepared: PreparedStore
  readonly store: SessionStore
  /** The site that it belongs to, where a configuration has named it. */
  readonly site?: { readonly store: SiteStore; readonly stores: SiteStores }
  close(): Promise<void>
}

/**
 * Opens one end of a copy.
 *
 * @param text A store's URL, or a configuration file with the section behind a `#`: `site.conf#/account`.
 * @throws CommandError when it cannot be opened or names several stores.
 */
export async function openEndpoint(text: string, side: Side, around: Omit<SiteSource, 'file'>): Promise<Endpoint> {
  if (!isStoreUrl(text)) return siteEndpoint(text, side, around)
  const opened = await openStoreUrl(text, side)
  try {
    await readied(opened)
    return { ...opened, store: opened.prepared.lent, close: () => opened.prepared.close() }
  } catch (error) {
    await opened.prepared.close()
    throw error
  }
}

async function siteEndpoint(text: string, side: Side, around: Omit<SiteSource, 'file'>): Promise<Endpoint> {
  const [, file = '', section] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? []
  const source = { ...around, file, ...(section !== undefined && { section }) }
  const stores = await openSiteStores(source, { create: side === 'to' })
  const [store, ...others] = stores.stores
  if (store === undefined || others.length > 0) {
    await stores.close()
    throw store === undefined ? noStore(text, stores) : severalStores(text, stores)
  }
  const { prepared, store: sessions } = store
  return { id: `${file}#${store.id}`, prepared, store: sessions, site: { store, stores }, close: () => stores.close() }
}

const kinds = {
  cookie: 'its sessions are in the cookies of the visitors, where nothing can be copied from or to',
  memory: 'its sessions are in the memory of the running gateway, where no other program reaches them',
  nowhere: 'the place of its sessions does not exist yet',
} as const

function noStore(text: string, { elsewhere }: SiteStores): CommandError {
  const reasons = [...new Set(elsewhere.map(({ kind, path }) => kinds[kind] + (path === undefined ? '' : `: ${path}`)))]
  return new CommandError(
    {
      code: 'no-store',
      what: `${text} names no store that sessions can be copied from or to`,
      why: reasons.length === 0 ? 'no section of it has sessions' : reasons.join('; '),
      fix: 'name a configuration with SessionStore file, dbd or redis, or a store by its URL',
    },
    { exitCode: exitCodes.usage },
  )
}

function severalStores(text: string, { stores }: SiteStores): CommandError {
  const list = stores.map(({ id, sections }) => `${id} (${sections.map(({ title }) => title).join(', ')})`)
  const [first] = stores
  return new CommandError(
    {
      code: 'several-stores',
      what: `${text} names several stores`,
      why: `they are ${list.join('; ')}`,
      fix: `write the name of one, or a part of its section's title, behind a #: ${text.split('#')[0]}#${first?.id}`,
    },
    { exitCode: exitCodes.usage },
  )
}
