import { LoadModule } from '../config/directives/server.ts'
import { allLayers, type Site } from '../config/layer.ts'
import { findDirective, modules } from '../config/modules.ts'
import type { Place } from '../config/source.ts'
import { builtInModules } from './names.ts'

/** A module as `apachectl -M` lists it. */
export interface ListedModule {
  /** `session_module`. */
  readonly id: string
  /** `static` is built into the real server, `shared` is loaded. */
  readonly kind: 'static' | 'shared'
}

/** A directive of a module that a configuration does not load. */
export interface UnloadedUse {
  readonly id: string
  readonly directive: string
  readonly place: Place
}

/** Those of the document first, in its order. */
const sessionModules = ['session_module', 'session_cookie_module', 'session_crypto_module', 'session_dbd_module']

/**
 * The modules of a configuration. One that loads modules is taken at its word; in one that loads none, and without one, it is all
 * that the gateway has.
 */
export function listModules(site?: Site): ListedModule[] {
  const loaded = site === undefined ? [] : [...site.main.settings.get(LoadModule).keys()]
  const shared = loaded.length > 0 ? inOrder(loaded) : everything()
  return [
    ...builtInModules.map((id): ListedModule => ({ id, kind: 'static' })),
    ...shared.filter((id) => !builtInModules.includes(id)).map((id): ListedModule => ({ id, kind: 'shared' })),
  ]
}

function everything(): string[] {
  return inOrder(modules.map(({ id }) => id))
}

function inOrder(ids: readonly string[]): string[] {
  const rank = (id: string): number => (sessionModules.includes(id) ? sessionModules.indexOf(id) : -1)
  return ids.toSorted((a, b) => rank(a) - rank(b))
}

/** The first use of each module that a configuration uses and, though it loads others, does not load. */
export function unloadedUses(site: Site): UnloadedUse[] {
  const loaded = site.main.settings.get(LoadModule)
  if (loaded.size === 0) return []
  const first = new Map<string, UnloadedUse>()
  for (const use of usesOf(site))
    if (!loaded.has(use.id) && !builtInModules.includes(use.id) && !first.has(use.id)) first.set(use.id, use)
  return [...first.values()]
}

function* usesOf(site: Site): Generator<UnloadedUse> {
  for (const { settings } of allLayers(site))
    for (const { name } of settings.directives) {
      const found = findDirective(name)
      const place = found && settings.placeOf(found.directive)
      if (found !== undefined && place !== undefined) yield { id: found.module.id, directive: name, place }
    }
}
