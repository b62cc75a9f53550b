import { isIP } from 'node:net'
import {
  type ProxyRange,
  RemoteIPHeader,
  RemoteIPProxiesHeader,
  RemoteIPTrustedProxy,
} from '../config/directives/remoteip.ts'
import type { SettingsView } from '../config/directive.ts'
import { addressRange } from '../lib/address-range.ts'
import { plainAddress } from '../proxy/forwarded.ts'
import { fieldsOf } from './header-list.ts'

/** Whose word about where a request comes from is taken. */
export interface TrustedProxies {
  /** The header in which they say it, in lower case. */
  readonly header: string
  /** The header in which apps are told of them. */
  readonly proxiesHeader: string | undefined
  readonly ranges: readonly ProxyRange[]
}

/** How a request came, by what proxies that are trusted say. */
export interface Approach {
  /** The address of the visitor. */
  readonly address: string
  /** The proxies of other sites that it came through, the nearest one first. */
  readonly through: readonly string[]
  /** What the visitor used; undefined: nobody says it. */
  readonly scheme: 'http' | 'https' | undefined
}

/** What RemoteIPHeader and its companions say; undefined where nobody is trusted. */
export function trustedProxies(settings: SettingsView): TrustedProxies | undefined {
  const header = settings.get(RemoteIPHeader)?.toLowerCase()
  const ranges = settings.get(RemoteIPTrustedProxy)
  if (header === undefined || ranges.length === 0) return undefined
  return { header, ranges, proxiesHeader: settings.get(RemoteIPProxiesHeader) }
}

/**
 * Goes back from proxy to proxy, as mod_remoteip does: each one that is trusted says where it had the request from, until there
 * is one that is not, or that names what can be nobody's address.
 *
 * @param peer The address at the other end of the connection.
 * @returns Undefined when the peer is nobody who is trusted.
 */
export function approachOf(
  rawHeaders: readonly string[],
  peer: string,
  { header, ranges }: TrustedProxies,
): Approach | undefined {
  const said = fieldsOf(rawHeaders, header).join(',').split(',')
  const through: string[] = []
  let address = peer
  let range = rangeOf(address, ranges)
  if (range === undefined) return undefined
  while (range !== undefined) {
    const next = plainAddress(said.pop()?.trim())
    if (next === undefined || isIP(next) === 0 || (!range.isInternal && isPrivate(next))) break
    if (!range.isInternal) through.push(address)
    address = next
    range = rangeOf(address, ranges)
  }
  return { address, through, scheme: schemeIn(fieldsOf(rawHeaders, 'x-forwarded-proto')[0]) }
}

function rangeOf(address: string, ranges: readonly ProxyRange[]): ProxyRange | undefined {
  return ranges.find(({ holds }) => holds(address))
}

/** Of several words the first one is that of the proxy next to the visitor. */
function schemeIn(said: string | undefined): Approach['scheme'] {
  const [word = ''] = said?.toLowerCase().split(',') ?? []
  return (['http', 'https'] as const).find((scheme) => scheme === word.trim())
}

const privateRanges = ['10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'].map(
  (range) => addressRange(range) as (address: string) => boolean,
)
const globalIPv6 = addressRange('2000::/3') as (address: string) => boolean

/** Addresses that nobody can come from by way of the internet (RFC 1918, 3927, 4291). */
function isPrivate(address: string): boolean {
  return address.includes(':') ? !globalIPv6(address) : privateRanges.some((holds) => holds(address))
}
