import type { Elsewhere, SiteSource, SiteStores } from '../operate/site-stores-node.ts'
import { CommandError, Interrupted } from './terminal/command-error.ts'
import type { Output } from './terminal/terminal.ts'

/** Opens the stores of a site for as long as the work takes. */
export async function withStores(source: SiteSource, work: (stores: SiteStores) => Promise<void>): Promise<void> {
  const { openSiteStores } = await import('../operate/site-stores-node.ts')
  const stores = await openSiteStores(source)
  try {
    await work(stores)
  } catch (error) {
    throw await told(error, stores)
  } finally {
    await stores.close()
  }
}

/** A store may fail in the middle of the work: what its driver said is more than that it failed. */
async function told(error: unknown, { stores }: SiteStores): Promise<unknown> {
  if (error instanceof CommandError || error instanceof Interrupted) return error
  const { storeFailure } = await import('../operate/readied.ts')
  const [only, ...others] = stores
  const named = only !== undefined && others.length === 0 ? only : { id: stores.map(({ id }) => id).join(', ') }
  return storeFailure(named, error)
}

/** Says about sections whose sessions are in no store what can be done instead. */
export function tellElsewhere(elsewhere: readonly Elsewhere[], err: Output): void {
  for (const { kind, sections, place, path } of elsewhere) {
    const where = `${[...new Set(sections)].join(', ')} (${place.file}:${place.line})`
    err.line(`${err.style('warn', 'note:')} ${where}: ${advice(kind, path)}`)
  }
}

function advice(kind: Elsewhere['kind'], path = ''): string {
  switch (kind) {
    case 'cookie':
      return 'sessions are kept in the cookies of the visitors, and not here. All of them end when SessionCryptoPassphrase changes and the old one is taken away; one alone cannot be ended'
    case 'memory':
      return 'sessions are kept in the memory of the running gateway, where no other program sees them; all of them end when it is started anew. SessionStore file, dbd or redis can be looked into'
    case 'nowhere':
      return `nothing is kept there yet: ${path} does not exist. Give --state where sekisho serve has it`
  }
}
