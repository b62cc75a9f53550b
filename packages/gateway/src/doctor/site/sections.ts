import { ServerName } from '../../config/directives/core.ts'
import type { SettingsView } from '../../config/directive.ts'
import { type Layer, layersOf, type ServerLayer, type Site, type VirtualHostLayer } from '../../config/layer.ts'
import { type SessionPolicy, sessionPolicy } from '../../config/session-policy.ts'
import type { Settings } from '../../config/settings.ts'
import { answersAt, plainHost } from '../../server/addresses.ts'
import { type ListenPlan, listenPlans } from '../../server/listen-plan.ts'
import { decides, keeperKey } from '../../session/keeper-key.ts'
import type { Subject } from '../check.ts'

/** Where a browser meets a section. */
export interface Meeting {
  readonly scheme: 'http' | 'https'
  /** Without a port. */
  readonly host: string
  readonly port: number
}

/** A part of a site that keeps sessions in a way of its own. */
export interface Section extends Subject {
  readonly settings: SettingsView
  readonly policy: SessionPolicy
  /** The path of a `<Location>`; undefined where it is not the beginning of a path. */
  readonly path: string | undefined
  readonly meetings: readonly Meeting[]
}

/** The sections of a site that have sessions: the servers, and what says something about sessions within them. */
export function sectionsOf(site: Site): Section[] {
  const { plans } = listenPlans(site)
  return [undefined, ...site.hosts].flatMap((host) => {
    const server = host ?? site.main
    const base = host === undefined ? server.settings : site.main.settings.with(server.settings)
    const meetings = meetingsOf(site, host, base, plans)
    const views = [{ layer: server, settings: base }, ...insideOf(server, base)]
    return views.flatMap(({ layer, settings }) => sectionOf(layer, settings, meetings) ?? [])
  })
}

function insideOf(server: ServerLayer, base: Settings): { layer: Layer; settings: Settings }[] {
  return [...layersOf(server)]
    .filter(({ settings }) => [...settings.directives].some(decides))
    .map((layer) => ({ layer, settings: base.with(layer.settings) }))
}

function sectionOf(layer: Layer, settings: Settings, meetings: readonly Meeting[]): Section | undefined {
  const policy = sessionPolicy(settings)
  if (policy === undefined) return undefined
  const name = layer.place === undefined ? 'the site' : layer.title
  return { key: keeperKey(settings), name, settings, policy, path: pathOf(layer), meetings }
}

function pathOf({ title, place }: Layer): string | undefined {
  if (place === undefined || title.startsWith('<VirtualHost')) return '/'
  return /^<Location\s+"?(\/[^"*?[\]>]*)"?>$/i.exec(title)?.[1]
}

function meetingsOf(
  site: Site,
  host: VirtualHostLayer | undefined,
  settings: SettingsView,
  plans: readonly ListenPlan[],
): Meeting[] {
  const own = plans.filter((plan) =>
    host === undefined ? !site.hosts.some((other) => answersAt(other, plan)) : answersAt(host, plan),
  )
  const name = settings.own(ServerName)?.host
  return own.map(({ host: bound, port, tls }) => ({
    scheme: tls ? 'https' : 'http',
    host: name ?? plainHost(bound),
    port,
  }))
}
