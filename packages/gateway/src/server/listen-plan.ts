import { Listen } from '../config/directives/core.ts'
import { SSLEngine } from '../config/directives/ssl.ts'
import type { Problem } from '../config/diagnostics.ts'
import type { HostAddress, Site, VirtualHostLayer } from '../config/layer.ts'
import { inFrontOf } from '../config/settings.ts'

/** An address to listen on. */
export interface ListenPlan {
  /** Undefined: all addresses. IPv6 without brackets. */
  readonly host: string | undefined
  readonly port: number
  readonly tls: boolean
  /** Equal for addresses that one socket serves. */
  readonly key: string
}

/** Tells where to listen, from Listen and from the virtual hosts that speak TLS there. */
export function listenPlans(site: Site): {
  readonly plans: readonly ListenPlan[]
  readonly problems: readonly Problem[]
} {
  const plans = new Map<string, ListenPlan>()
  const problems: Problem[] = []
  for (const { host, port, protocol } of site.main.settings.get(Listen)) {
    const engines = enginesAt(site, { host, port })
    const tls = engines.has(true)
    if (engines.size > 1) problems.push(mixed(addressText({ host, port })))
    if (protocol === 'https' && !tls) problems.push(withoutTls(addressText({ host, port })))
    const key = `${host ?? '*'} ${port} ${tls ? 'tls' : 'plain'}`
    plans.set(key, { host, port, tls, key })
  }
  if (plans.size === 0) problems.push(nowhere)
  return { plans: [...plans.values()], problems }
}

/** What SSLEngine says for those who answer at an address: the virtual hosts there, or else the server itself. */
function enginesAt(site: Site, address: HostAddress): Set<boolean> {
  const hosts = site.hosts.filter((host) => host.addresses.some((candidate) => overlap(candidate, address)))
  if (hosts.length === 0) return new Set([site.main.settings.get(SSLEngine)])
  return new Set(hosts.map((host) => engineOf(site, host)))
}

function engineOf(site: Site, host: VirtualHostLayer): boolean {
  return inFrontOf(site.main.settings, host.settings).get(SSLEngine)
}

function overlap(one: HostAddress, other: HostAddress): boolean {
  const sameHost = one.host === undefined || other.host === undefined || one.host === other.host.toLowerCase()
  return sameHost && (one.port === undefined || one.port === other.port)
}

/** `127.0.0.1:80`, `[::1]:80`, `*:80`. */
export function addressText({ host, port }: { readonly host: string | undefined; readonly port: number }): string {
  if (host === undefined) return `*:${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

const nowhere: Problem = {
  code: 'missing-directive',
  message: 'no listening sockets available: there is no Listen',
  expected: 'Listen 8080',
  fix: 'write Listen with a port, perhaps with an address in front: Listen 127.0.0.1:8080',
}

function mixed(address: string): Problem {
  return {
    code: 'bad-value',
    message: `The virtual hosts at ${address} do not agree about SSLEngine: a connection either speaks TLS or it does not`,
    expected: 'SSLEngine on in all of them or in none',
    fix: 'give those without TLS a port of their own',
  }
}

function withoutTls(address: string): Problem {
  return {
    code: 'missing-directive',
    message: `Listen ${address} https, and nobody there has SSLEngine on`,
    expected: 'SSLEngine on, SSLCertificateFile and SSLCertificateKeyFile',
    fix: 'add the lines, or leave https out',
  }
}
