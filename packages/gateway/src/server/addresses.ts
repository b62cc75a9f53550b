import { ServerName } from '../config/directives/core.ts'
import { layersOf, type Site, type VirtualHostLayer } from '../config/layer.ts'
import { type CookiePolicy, sessionPolicy } from '../config/session-policy.ts'
import { inFrontOf } from '../config/settings.ts'
import { type ListenPlan, listenPlans } from './listen-plan.ts'

/** An address that a site can be visited at. */
export interface SiteAddress {
  readonly url: string
  /** Why a login does not work there; undefined when it does. */
  readonly problem: string | undefined
}

/** Where the site of a configuration can be visited, each address once. */
export function siteAddresses(site: Site): readonly SiteAddress[] {
  const found = new Map<string, SiteAddress>()
  for (const plan of listenPlans(site).plans) {
    const hosts = site.hosts.filter((host) => answersAt(host, plan))
    for (const host of hosts.length === 0 ? [undefined] : hosts) {
      const address = addressOf(site, host, plan)
      found.set(address.url, address)
    }
  }
  return [...found.values()]
}

/** Whether a virtual host answers where the site listens. */
export function answersAt(host: VirtualHostLayer, plan: ListenPlan): boolean {
  return host.addresses.some(({ port }) => port === undefined || port === plan.port)
}

function addressOf(
  site: Site,
  host: VirtualHostLayer | undefined,
  { host: bound, port, tls }: ListenPlan,
): SiteAddress {
  const name = host?.settings.own(ServerName)?.host ?? plainHost(bound)
  const scheme = tls ? 'https' : 'http'
  const usual = port === (tls ? 443 : 80)
  const secure = tls ? undefined : cookiesOf(site, host).find(isSecure)
  const problem =
    secure === undefined
      ? undefined
      : `no login here: the cookie ${secure.name} is Secure, and a browser returns it over https only`
  return { url: `${scheme}://${name}${usual ? '' : `:${port}`}/`, problem }
}

/** Who listens on all addresses, or on the loopback one, is at hand by this name. */
export function plainHost(bound: string | undefined): string {
  if (bound === undefined || bound === '127.0.0.1' || bound === '::1' || bound === '0.0.0.0' || bound === '::')
    return 'localhost'
  return bound.includes(':') ? `[${bound}]` : bound
}

function cookiesOf(site: Site, host: VirtualHostLayer | undefined): CookiePolicy[] {
  const base = host === undefined ? site.main.settings : inFrontOf(site.main.settings, host.settings)
  const servers = host === undefined ? [site.main] : [site.main, host]
  const views = [
    base,
    ...servers.flatMap((server) => [...layersOf(server)].map((layer) => inFrontOf(base, layer.settings))),
  ]
  return views.flatMap((view) => sessionPolicy(view)?.cookie ?? [])
}

/** Without attributes the real server's own apply, which say Secure; a cookie that nobody names has ours, which do not. */
function isSecure({ name, attributes, secure }: CookiePolicy): boolean {
  if (/^__(?:Host|Secure)-/.test(name)) return true
  if (attributes === undefined) return secure
  return attributes === '' || /(?:^|;)\s*secure\s*(?:;|$)/i.test(attributes)
}
