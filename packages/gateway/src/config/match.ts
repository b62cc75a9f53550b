import { holds } from './expression/evaluate.ts'
import type { ExpressionRequest } from './expression/vocabulary.ts'
import { ServerName, ServerAlias } from './directives/core.ts'
import { wildcard } from '../lib/wildcard.ts'
import type { DirectoryLayer, IfChain, Layer, ServerLayer, Site, VirtualHostLayer } from './layer.ts'
import type { Settings } from './settings.ts'

/** A request, as far as a configuration asks about it. */
export interface ConfigRequest extends ExpressionRequest {
  /** The address of this machine that the request came to. */
  readonly localAddress?: string | undefined
  /** The port of this machine that the request came to. */
  readonly port: number
  /** Takes what the named groups of `<LocationMatch>` and its kin have found. */
  setEnvironment?(name: string, value: string): void
}

/** By what a server is chosen. */
type Asked = Pick<ConfigRequest, 'host' | 'port' | 'localAddress'>

/** Looks for the `.htaccess` file of a directory. @param settings What holds so far: whether overrides are allowed at all. */
export type HtaccessLookup = (directory: string, settings: Settings) => Layer | undefined

/** What a configuration says about one request. */
export interface Effective {
  readonly settings: Settings
  /** What matched, in the order in which it was put on top of one another; the server config comes first. */
  readonly layers: readonly Layer[]
}

/** How many combinations of sections are remembered for each server. */
const mostRemembered = 4096

/** A configuration that answers which settings a request gets. Nothing is merged twice for the same sections. */
export class SiteMatcher {
  readonly #site: Site
  readonly #addresses: readonly HostNames[]
  readonly #base: Merged
  readonly #prepared = new Map<VirtualHostLayer | undefined, PreparedServer>()
  readonly #chosen = new Map<string, PreparedServer>()
  #last: { readonly asked: Asked; readonly server: PreparedServer } | undefined

  constructor(site: Site) {
    this.#site = site
    this.#addresses = site.hosts.map((host) => new HostNames(host))
    this.#base = new Merged(site.main.settings, [site.main], { remembered: 0 })
  }

  /** The settings of the server that answers to an address and a host name, without any section. */
  server(request: Asked): Effective {
    return this.#server(request).base
  }

  /** The settings that a request gets. */
  match(request: ConfigRequest, htaccess?: HtaccessLookup): Effective {
    const server = this.#server(request)
    let merged = server.base
    if (request.file !== undefined) merged = server.walkFile(merged, request, htaccess)
    merged = server.walkLocations(merged, request)
    return applyChains(merged, request)
  }

  /** A request asks twice, and the next one mostly for the same. */
  #server({ host = '', port, localAddress }: Asked): PreparedServer {
    const { asked, server } = this.#last ?? {}
    if (server !== undefined && asked?.host === host && asked.port === port && asked.localAddress === localAddress)
      return server
    const found = this.#find(host, port, localAddress)
    this.#last = { asked: { host, port, localAddress }, server: found }
    return found
  }

  #find(host: string, port: number, localAddress: string | undefined): PreparedServer {
    const key = `${localAddress ?? ''} ${port} ${host}`
    const known = this.#chosen.get(key)
    if (known !== undefined) return known
    const server = this.#prepare(this.#choose(host, port, localAddress))
    if (this.#chosen.size < mostRemembered) this.#chosen.set(key, server)
    return server
  }

  /** The best address first; among its hosts the name; and for unknown names the first of them. */
  #choose(host: string, port: number, localAddress: string | undefined): VirtualHostLayer | undefined {
    const ranked = this.#addresses.map((names) => ({ names, rank: names.rank(localAddress, port) }))
    let best = 1
    for (const { rank } of ranked) best = Math.max(best, rank)
    const candidates = ranked.filter(({ rank }) => rank === best).map(({ names }) => names)
    const name = host.toLowerCase().replace(/\.$/, '')
    return (candidates.find((names) => names.answersTo(name)) ?? candidates[0])?.host
  }

  #prepare(host: VirtualHostLayer | undefined): PreparedServer {
    const known = this.#prepared.get(host)
    if (known !== undefined) return known
    const { main } = this.#site
    const server =
      host === undefined
        ? new PreparedServer([main], this.#base)
        : new PreparedServer([main, host], this.#base.with(host))
    this.#prepared.set(host, server)
    return server
  }
}

/** What a virtual host answers to. */
class HostNames {
  readonly host: VirtualHostLayer
  readonly #aliases: readonly ((name: string) => boolean)[]

  constructor(host: VirtualHostLayer) {
    this.host = host
    this.#aliases = host.settings.get(ServerAlias).map((alias) => wildcard(alias, false))
  }

  /** How well an address fits: 2 by its own number, 1 by a wildcard, 0 not at all. */
  rank(address: string | undefined, port: number): number {
    const fitting = this.host.addresses.filter((candidate) => candidate.port === undefined || candidate.port === port)
    if (fitting.some(({ host }) => host !== undefined && host === address?.toLowerCase())) return 2
    return fitting.some(({ host }) => host === undefined) ? 1 : 0
  }

  answersTo(name: string): boolean {
    return this.host.settings.own(ServerName)?.host === name || this.#aliases.some((matches) => matches(name))
  }
}

/** Settings that came about by putting layers on one another, and those that come about by putting one more on top. */
class Merged implements Effective {
  readonly settings: Settings
  readonly layers: readonly Layer[]
  readonly #count: { remembered: number }
  readonly #next = new WeakMap<Layer, Merged>()

  constructor(settings: Settings, layers: readonly Layer[], count: { remembered: number }) {
    this.settings = settings
    this.layers = layers
    this.#count = count
  }

  with(layer: Layer): Merged {
    const known = this.#next.get(layer)
    if (known !== undefined) return known
    const merged = new Merged(this.settings.with(layer.settings), [...this.layers, layer], this.#count)
    if (this.#count.remembered < mostRemembered) {
      this.#count.remembered += 1
      this.#next.set(layer, merged)
    }
    return merged
  }
}

/** A server or virtual host with its sections sorted for matching. */
class PreparedServer {
  readonly base: Merged
  readonly #levels: ReadonlyMap<string, DirectoryLayer[]>
  readonly #patterns: readonly DirectoryLayer[]
  readonly #expressions: readonly DirectoryLayer[]
  readonly #locations: ServerLayer['locations']

  /** @param servers The server config, and the virtual host where there is one: its sections come later. */
  constructor(servers: readonly ServerLayer[], base: Merged) {
    this.base = base
    const directories = servers.flatMap((server) => server.directories)
    const named = directories.filter(({ regex }) => !regex)
    this.#levels = byLevel(named)
    this.#patterns = named.some(({ literal }) => literal === undefined) ? named : []
    this.#expressions = directories.filter(({ regex }) => regex)
    this.#locations = servers.flatMap((server) => server.locations)
  }

  /** Directories from the shortest to the longest, each followed by its `.htaccess`; then expressions; then files. */
  walkFile(base: Merged, request: ConfigRequest, htaccess: HtaccessLookup | undefined): Merged {
    const { file = '/' } = request
    let merged = base
    const levels = directoriesOf(file)
    for (const level of levels) {
      for (const { layer } of this.#at(level)) merged = merged.with(layer)
      const own = htaccess?.(level, merged.settings)
      if (own !== undefined) merged = merged.with(own)
    }
    const directory = levels.at(-1) ?? '/'
    for (const { matches, named, layer } of this.#expressions) {
      const found = [directory, directory === '/' ? '/' : `${directory}/`].find(matches)
      if (found === undefined) continue
      merged = merged.with(layer)
      if (named !== undefined) keepNamed(named, found, request)
    }
    return walkNames(merged, file.slice(file.lastIndexOf('/') + 1), request)
  }

  walkLocations(base: Merged, request: ConfigRequest): Merged {
    const { path } = request
    let merged = base
    for (const { matches, named, layer } of this.#locations) {
      if (!matches(path)) continue
      merged = merged.with(layer)
      if (named !== undefined) keepNamed(named, path, request)
    }
    return merged
  }

  #at(level: string): readonly DirectoryLayer[] {
    if (this.#patterns.length === 0) return this.#levels.get(level) ?? []
    return this.#patterns.filter(({ matches }) => matches(level))
  }
}

function byLevel(directories: readonly DirectoryLayer[]): Map<string, DirectoryLayer[]> {
  const levels = new Map<string, DirectoryLayer[]>()
  for (const directory of directories) {
    if (directory.literal === undefined) continue
    levels.set(directory.literal, [...(levels.get(directory.literal) ?? []), directory])
  }
  return levels
}

/** `/a/b/c.html` lies in `/`, `/a` and `/a/b`. */
function directoriesOf(file: string): string[] {
  const levels = ['/']
  for (let at = file.indexOf('/', 1); at !== -1; at = file.indexOf('/', at + 1)) levels.push(file.slice(0, at))
  return levels
}

/** `<Files>` of everything that has matched so far, outer ones first. */
function walkNames(base: Merged, name: string, request: ConfigRequest): Merged {
  let merged = base
  for (const { matches, named, layer } of base.layers.flatMap(({ files }) => files)) {
    if (!matches(name)) continue
    merged = merged.with(layer)
    if (named !== undefined) keepNamed(named, name, request)
  }
  return merged
}

/** The groups `sitename` and `other` become the variables MATCH_SITENAME and MATCH_OTHER. */
function keepNamed(regex: RegExp, text: string, request: ConfigRequest): void {
  for (const [name, value] of Object.entries(regex.exec(text)?.groups ?? {}))
    if (value !== undefined) request.setEnvironment?.(`MATCH_${name.toUpperCase()}`, value)
}

/** Conditions come last; those within a section that one of them opens come after all others. */
function applyChains(base: Merged, request: ConfigRequest): Effective {
  let merged = base
  // The list grows while it is walked.
  const chains: IfChain[] = base.layers.flatMap((layer) => layer.chains)
  for (const chain of chains) {
    const chosen = chain.find(({ condition }) => condition === undefined || holds(condition, request))
    if (chosen === undefined) continue
    merged = merged.with(chosen.layer)
    chains.push(...chosen.layer.chains)
  }
  return merged
}
