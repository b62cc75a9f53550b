import type { Diagnostics, Problem } from './diagnostics.ts'
import type { Directive, SettingsView } from './directive.ts'
import { layersOf, type ServerLayer, type Site } from './layer.ts'
import { inFrontOf } from './settings.ts'

/** A broken rule, and the directive at whose line it is reported. */
export interface BrokenRule {
  readonly at: Directive
  readonly severity: 'error' | 'warning'
  readonly problem: Problem
}

/**
 * A rule about directives that belong together. Which sections meet in one request is not known here, so what a section lacks
 * counts as missing only when nobody `says` it anywhere in the same server.
 */
export type Rule = (settings: SettingsView, says: (directive: Directive) => boolean) => BrokenRule | undefined

/** Asks rules about every section. What is broken is reported once per line. */
export function applyRules(rules: readonly Rule[], site: Site, diagnostics: Diagnostics): void {
  const reported = new Set<string>()
  const saidByMain = saidIn(site.main)
  for (const server of [site.main, ...site.hosts]) {
    const base = server === site.main ? site.main.settings : inFrontOf(site.main.settings, server.settings)
    const said = saidIn(server)
    const says = (directive: Directive) => said.has(directive) || saidByMain.has(directive)
    for (const layer of [server, ...layersOf(server)]) {
      const settings = layer === server ? base : inFrontOf(base, layer.settings)
      for (const rule of rules) report(rule(settings, says), settings, { reported, diagnostics })
    }
  }
}

function saidIn(server: ServerLayer): Set<Directive> {
  const said = new Set(server.settings.directives)
  for (const { settings } of layersOf(server)) for (const directive of settings.directives) said.add(directive)
  return said
}

function report(
  broken: BrokenRule | undefined,
  settings: SettingsView,
  { reported, diagnostics }: { reported: Set<string>; diagnostics: Diagnostics },
): void {
  const place = broken === undefined ? undefined : settings.placeOf(broken.at)
  if (broken === undefined || place === undefined) return
  const key = `${place.file}:${place.line}:${broken.problem.message}`
  if (!reported.has(key)) diagnostics.add(broken.severity, place, broken.problem)
  reported.add(key)
}
