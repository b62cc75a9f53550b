import { randomBytes } from 'node:crypto'
import type { DirectiveValues } from '../../src/php/ini/directive.ts'
import type { IniView } from '../../src/php/handler/contract.ts'

const defaults: Partial<DirectiveValues> = { 'session.gc_maxlifetime': 1440, 'session.use_strict_mode': true }

/** The settings of a request, for a handler that is tried by itself. */
export interface TriedIni extends IniView {
  /** What the handler warned of. */
  readonly warnings: string[]
}

/**
 * @param values Directives, and settings of others.
 * @param options Whether records are made at the start, and where ids come from.
 */
export function iniView(
  values: Readonly<Record<string, string | number | boolean>> = {},
  options: { readonly allocatesAtStart?: boolean; readonly createId?: () => string } = {},
): TriedIni {
  const warnings: string[] = []
  const known: Readonly<Record<string, unknown>> = { ...defaults, ...values }
  return {
    get: ((name: string) => known[name]) as IniView['get'],
    allocatesAtStart: options.allocatesAtStart ?? false,
    createId: options.createId ?? (() => randomBytes(16).toString('hex')),
    warn: (message) => void warnings.push(message),
    warnings,
  }
}
