import { addressRange, type AddressRange } from '../../lib/address-range.ts'
import { servers } from '../contexts.ts'
import { type Directive, listed, type ModuleTable, optional, type Reader, type Use } from '../directive.ts'
import { headerName } from '../readers.ts'
import type { Word } from '../words.ts'

/** Proxies whose word about where a request comes from is taken. */
export interface ProxyRange {
  readonly holds: AddressRange
  /** True: a part of this site, which may name private addresses and is not told of in RemoteIPProxiesHeader. */
  readonly isInternal: boolean
}

function ranges(isInternal: boolean): Reader<readonly ProxyRange[]> {
  return (use) => {
    const found = use.words.map((word) => rangeIn(word, isInternal, use))
    return found.every((range) => range !== undefined) ? found : undefined
  }
}

function rangeIn(word: Word, isInternal: boolean, use: Use): ProxyRange | undefined {
  const holds = addressRange(word.text)
  if (holds !== undefined) return { holds, isInternal }
  const isName = /^[a-z][\w.-]*$/i.test(word.text)
  return use.fail(
    {
      code: 'bad-value',
      message: `RemoteIP: Error parsing IP ${word.text}`,
      expected: 'an address, its first bytes, or address/bits',
      found: word.text,
      ...(isName && { fix: `write the address: a name such as ${word.text} may lead elsewhere tomorrow` }),
    },
    word,
  )
}

export const RemoteIPHeader: Directive<string | undefined> = optional({
  name: 'RemoteIPHeader',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'header',
  read: headerName,
  help: 'The header in which proxies that are trusted say whose request it is, such as X-Forwarded-For.',
  notes:
    'The address counts for Require, limits of logins, logs and expressions, and apps are told it. Without ' +
    'RemoteIPInternalProxy or RemoteIPTrustedProxy nobody is trusted; the real server would believe everybody.',
})

export const RemoteIPProxiesHeader: Directive<string | undefined> = optional({
  name: 'RemoteIPProxiesHeader',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'header',
  read: headerName,
  help: 'The header in which apps are told of the trusted proxies that a request came through; internal ones are left out.',
})

export const RemoteIPTrustedProxy: Directive<readonly ProxyRange[]> = listed<ProxyRange>({
  name: 'RemoteIPTrustedProxy',
  contexts: servers,
  takes: 'ITERATE',
  syntax: 'address[/bits] …',
  read: ranges(false),
  help: 'Proxies elsewhere, such as those of a content delivery network, whose RemoteIPHeader is believed.',
  notes:
    'What they say is believed but for private addresses. Their X-Forwarded-Proto decides whether a request was secure.',
})

export const RemoteIPInternalProxy: Directive<readonly ProxyRange[]> = listed<ProxyRange>({
  name: 'RemoteIPInternalProxy',
  among: RemoteIPTrustedProxy,
  contexts: servers,
  takes: 'ITERATE',
  syntax: 'address[/bits] …',
  read: ranges(true),
  help: 'Proxies of this site, such as its load balancer, whose RemoteIPHeader is believed, private addresses included.',
})

export const remoteipModule: ModuleTable = {
  file: 'mod_remoteip.c',
  id: 'remoteip_module',
  help: 'Visitors behind proxies.',
  directives: [RemoteIPHeader, RemoteIPProxiesHeader, RemoteIPTrustedProxy, RemoteIPInternalProxy],
}
