import type { Diagnostic } from '../../config/diagnostics.ts'
import type { Directive, SettingsView } from '../../config/directive.ts'
import { CustomLog, ErrorLog } from '../../config/directives/logs.ts'
import { layersOf, type Site } from '../../config/layer.ts'
import { inFrontOf } from '../../config/settings.ts'
import type { LogFiles } from './log-files.ts'

/** A file that is logged into, and the line that names it. */
export interface LogPlace {
  /** Undefined: standard error. */
  readonly path: string | undefined
  readonly settings: Pick<SettingsView, 'placeOf'>
  readonly directive: Directive
}

/** The files that a site logs into. */
export function logPlaces(site: Site): LogPlace[] {
  return [site.main, ...site.hosts].flatMap((server) => {
    const settings = server === site.main ? server.settings : inFrontOf(site.main.settings, server.settings)
    const inside = [...layersOf(server)].map((layer) => inFrontOf(settings, layer.settings))
    return [settings, ...inside].flatMap((view): LogPlace[] => [
      { path: view.get(ErrorLog), settings: view, directive: ErrorLog },
      ...view.get(CustomLog).map(({ path }) => ({ path, settings: view, directive: CustomLog })),
    ])
  })
}

/** Opens all of them. A log that cannot be written would be missed when it is needed: nothing starts without it. */
export function logProblems(site: Site, logs: LogFiles): Diagnostic[] {
  return logPlaces(site).flatMap(({ path, settings, directive }) => {
    try {
      logs.file(path)
      return []
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const denied = /EACCES|EPERM/.test(reason) ? 'Permission denied: ' : ''
      const message = `${denied}could not open the log file ${path ?? ''}: ${reason}`
      const place = settings.placeOf(directive) ?? { file: '', line: 1, column: 1 }
      return [{ severity: 'error', ...place, code: 'bad-value', message, fix: 'make the folder, or name another file' }]
    }
  })
}
