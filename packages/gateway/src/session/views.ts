import type { Directive, SettingsView } from '../config/directive.ts'
import { SessionCryptoPassphrase } from '../config/directives/session-crypto.ts'
import { Session, SessionStoreFileName } from '../config/directives/session.ts'
import { layersOf, type Site } from '../config/layer.ts'
import type { Settings } from '../config/settings.ts'
import { decides } from './keeper-key.ts'

/** Directives that name something that may not be usable. */
const fallible: readonly Directive[] = [SessionCryptoPassphrase, SessionStoreFileName]

/** What a section says about sessions, on top of its server. */
export interface SessionSection {
  /** Its opening tag, behind that of its virtual host: `<VirtualHost *:443> <Location "/app">`. */
  readonly title: string
  readonly settings: SettingsView
}

/**
 * What the sections of a site say about sessions, each on top of its server: all that can be checked before the first
 * request. A section that names something usable counts as one with sessions, even where another one switches them on.
 */
export function* sessionViews(site: Site): Generator<SettingsView> {
  for (const { settings } of sessionSections(site)) yield settings
}

/** The same, with the titles of the sections. */
export function* sessionSections(site: Site): Generator<SessionSection> {
  for (const server of [site.main, ...site.hosts]) {
    const isMain = server === site.main
    const base = isMain ? server.settings : site.main.settings.with(server.settings)
    yield* section(server.title, base, server.settings)
    for (const { title, settings: own } of layersOf(server))
      if (saysSomething(own)) yield* section(isMain ? title : `${server.title} ${title}`, base.with(own), own)
  }
}

function* section(title: string, settings: Settings, own: Settings): Generator<SessionSection> {
  if (settings.get(Session)) yield { title, settings }
  else if (fallible.some((directive) => own.own(directive) !== undefined))
    yield { title, settings: switchedOn(settings) }
}

function saysSomething(own: Settings): boolean {
  for (const directive of own.directives) if (decides(directive)) return true
  return false
}

function switchedOn(settings: SettingsView): SettingsView {
  const on: Directive = Session
  return {
    get: <Value>(directive: Directive<Value>) => (directive === on ? (true as Value) : settings.get(directive)),
    own: <Value>(directive: Directive<Value>) => (directive === on ? (true as Value) : settings.own(directive)),
    placeOf: (directive) => settings.placeOf(directive),
  }
}
