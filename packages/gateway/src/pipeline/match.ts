import type { HtaccessLookup, SiteMatcher } from '../config/match.ts'
import { routeFor } from '../proxy/routes.ts'
import type { Exchange } from './exchange.ts'
import type { Plans } from './plan.ts'
import { fileBelow, findFile } from './static/find.ts'

/** What a site matches requests with. */
export interface SiteMatching {
  readonly matcher: SiteMatcher
  readonly plans: Plans
  readonly htaccess: HtaccessLookup
}

/**
 * Puts together what the sections say about a request. As in the real server, `<Directory>`, `<Files>` and `.htaccess` only count
 * where the path leads to a file: not where an app answers.
 */
export function matchSections(exchange: Exchange, { matcher, plans }: SiteMatching): void {
  exchange.plan = plans.of(matcher.match(exchange).settings, exchange.server)
  exchange.routed = routeFor(exchange.plan.routes, exchange.path, exchange.uri)
}

/** True where a path leads to a file, if to anything. */
export function leadsToFile({ routed, plan }: Exchange): boolean {
  return routed === undefined && plan.documentRoot !== undefined && plan.handler === undefined
}

/** Looks where a path leads, and what the sections about files say then. */
export async function matchFile(exchange: Exchange, { matcher, plans, htaccess }: SiteMatching): Promise<void> {
  const { documentRoot = '/', path } = exchange
  exchange.found = await findFile(documentRoot, path)
  const isDirectory = exchange.found.kind === 'directory' && !path.endsWith('/')
  exchange.file = fileBelow(documentRoot, isDirectory ? `${path}/` : path)
  exchange.plan = plans.of(matcher.match(exchange, htaccess).settings, exchange.server)
}
