import type { LoadedConfig } from '../config/load-node.ts'
import { siteAddresses } from './addresses.ts'

/**
 * What the log is to say when a configuration is put to work, one line each: an operator looks there rather than at the screen,
 * which shows more of it.
 */
export function startWarnings({ site, diagnostics }: LoadedConfig): string[] {
  const warnings = diagnostics.flatMap(({ severity, file, line, column, message, fix }) =>
    severity === 'warning' ? [`${file}:${line}:${column}: ${message}${fix === undefined ? '' : `; ${fix}`}`] : [],
  )
  const useless = siteAddresses(site).flatMap(({ url, problem }) =>
    problem === undefined ? [] : [`${url}: ${problem}`],
  )
  return [...warnings, ...useless]
}
