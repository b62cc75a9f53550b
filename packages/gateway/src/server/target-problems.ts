import { SekishoUsageError } from 'sekisho'
import type { Diagnostic } from '../config/diagnostics.ts'
import { ProxyPass } from '../config/directives/proxy.ts'
import { layersOf, type Site } from '../config/layer.ts'
import { routeOf } from '../pipeline/plan.ts'

/** What is wrong with the targets and parameters of ProxyPass, in the section where it stands. */
export function targetProblems(site: Site): Diagnostic[] {
  const layers = [site.main, ...site.hosts].flatMap((server) => [server, ...layersOf(server)])
  return layers.flatMap(({ settings }) => {
    const place = settings.placeOf(ProxyPass)
    if (place === undefined) return []
    return (settings.own(ProxyPass) ?? []).flatMap((rule): Diagnostic[] => {
      try {
        routeOf(rule, 60)
        return []
      } catch (error) {
        if (!(error instanceof SekishoUsageError)) throw error
        return [{ severity: 'error', ...place, code: 'bad-value', message: error.message, found: rule.target ?? '!' }]
      }
    })
  })
}
