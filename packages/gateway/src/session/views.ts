import type { Directive, SettingsView } from '../config/directive.ts'
import { SessionCryptoPassphrase, SessionCryptoPassphraseFile } from '../config/directives/session-crypto.ts'
import { Session, SessionStoreFileName } from '../config/directives/session.ts'
import { layersOf, type Site } from '../config/layer.ts'
import type { Settings } from '../config/settings.ts'
import { decides } from './keeper-key.ts'

/** Directives that name something that may not be usable. */
const fallible: readonly Directive[] = [SessionCryptoPassphrase, SessionCryptoPassphraseFile, SessionStoreFileName]

/**
 * What the sections of a site say about sessions, each on top of its server: all that can be checked before the first
 * request. A section that names something usable counts as one with sessions, even where another one switches them on.
 */
export function* sessionViews(site: Site): Generator<SettingsView> {
  for (const server of [site.main, ...site.hosts]) {
    const base = server === site.main ? server.settings : site.main.settings.with(server.settings)
    yield* view(base, server.settings)
    for (const { settings: own } of layersOf(server)) if (saysSomething(own)) yield* view(base.with(own), own)
  }
}

function* view(settings: Settings, own: Settings): Generator<SettingsView> {
  if (settings.get(Session)) yield settings
  else if (fallible.some((directive) => own.own(directive) !== undefined)) yield switchedOn(settings)
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
