import type { ConditionNode } from './expression/ast.ts'
import type { Matcher } from './sections.ts'
import { Settings } from './settings.ts'
import type { Place } from './source.ts'

/** What stands in one section: settings, and sections within it that need more to match. */
export interface Layer {
  /** Where its opening tag stands; undefined for what stands outside of all sections. */
  readonly place: Place | undefined
  /** `<Location "/app">`. */
  readonly title: string
  readonly settings: Settings
  readonly files: FilesLayer[]
  readonly chains: IfChain[]
}

/** A `<Files>` or `<FilesMatch>`. */
export interface FilesLayer {
  /** Tells whether the name of a file, without its directory, is in it. */
  readonly matches: Matcher
  /** @see Target.named */
  readonly named?: RegExp
  readonly layer: Layer
}

/** An `<If>` with its `<ElseIf>`s and `<Else>`: the first whose condition holds applies. */
export type IfChain = { readonly condition: ConditionNode | undefined; readonly layer: Layer }[]

/** A `<Location>` or `<LocationMatch>`. */
export interface LocationLayer {
  readonly matches: Matcher
  /** @see Target.named */
  readonly named?: RegExp
  readonly layer: Layer
}

/** A `<Directory>` or `<DirectoryMatch>`. */
export interface DirectoryLayer {
  readonly matches: Matcher
  /** @see Target.named */
  readonly named?: RegExp
  readonly literal?: string
  readonly regex: boolean
  readonly layer: Layer
}

/** What stands outside of all sections, or in one virtual host. */
export interface ServerLayer extends Layer {
  readonly directories: DirectoryLayer[]
  readonly locations: LocationLayer[]
}

/** An address of a `<VirtualHost>`. */
export interface HostAddress {
  /** Undefined: any, `*` or `_default_`. IPv6 without brackets, names in lower case. */
  readonly host: string | undefined
  /** Undefined: any. */
  readonly port: number | undefined
}

/** A `<VirtualHost>`. */
export interface VirtualHostLayer extends ServerLayer {
  readonly addresses: readonly HostAddress[]
}

/** A whole configuration, ready to be asked about requests. */
export interface Site {
  readonly main: ServerLayer
  readonly hosts: readonly VirtualHostLayer[]
}

export function newLayer(title: string, place: Place | undefined): Layer {
  return { place, title, settings: new Settings(), files: [], chains: [] }
}

export function newServerLayer(title: string, place: Place | undefined): ServerLayer {
  return { ...newLayer(title, place), directories: [], locations: [] }
}

/** Every server of a site with its sections, each on its own, the main one first. */
export function allLayers({ main, hosts }: Site): Layer[] {
  return [main, ...hosts].flatMap((server) => [server, ...layersOf(server)])
}

/** Every section of a server, each on its own: which of them meet in one request is not known here. */
export function* layersOf(server: ServerLayer): Generator<Layer> {
  const tops: Layer[] = [
    server,
    ...server.directories.map(({ layer }) => layer),
    ...server.locations.map(({ layer }) => layer),
  ]
  for (const top of tops) yield* within(top, top !== server)
}

function* within(layer: Layer, itself: boolean): Generator<Layer> {
  if (itself) yield layer
  for (const { layer: inner } of layer.files) yield* within(inner, true)
  for (const { layer: inner } of layer.chains.flat()) yield* within(inner, true)
}
