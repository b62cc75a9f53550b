import type { Diagnostic } from '../../config/diagnostics.ts'
import { loadConfig, type LoadedConfig, type LoadOptions } from '../../config/load-node.ts'
import { moduleStatus } from '../../config/modules.ts'
import { LoadModule } from '../../config/directives/server.ts'
import { builtInModules, shortName } from '../../modules/names.ts'
import { asApacheTakesThem } from './leniency.ts'
import { loadingFindings } from './loading.ts'

/** Which modules the real server has loaded. */
export interface Setup {
  readonly name: string
  /** @param module Its file: `mod_session.c`. */
  loads(module: string): boolean
}

/** What the real server does with a configuration when it has loaded certain modules. */
export interface SetupVerdict {
  readonly setup: string
  readonly starts: boolean
  /** What `apachectl -t` says; undefined when it starts. */
  readonly words: string | undefined
  /** The sections that are left out without a word: `<IfModule mod_session.c>, line 1`. */
  readonly skipped: readonly string[]
}

/** A configuration as the real server reads it. */
export interface ApacheReading {
  readonly loaded: LoadedConfig
  readonly findings: readonly Diagnostic[]
  readonly verdict: SetupVerdict
}

/** Where all the others are loaded, one of the processing modules is always there. */
const alwaysThere: readonly string[] = [...builtInModules, 'mpm_event_module']

const isOfSessions = (module: string): boolean => /^mod_session(?:_\w+)?\.c$/.test(module)

/** Set-ups that people have without having chosen one: what an article tells them to load varies, and what they load too. */
const usualSetups: readonly Setup[] = [
  { name: 'every module loaded', loads: () => true },
  { name: 'mod_session alone', loads: (module) => module === 'mod_session.c' || !isOfSessions(module) },
  { name: 'no session module', loads: (module) => !isOfSessions(module) },
]

/** The set-ups to judge a configuration in; the first is the one that its findings are about. */
export function setupsOf({ site }: LoadedConfig): readonly Setup[] {
  const loading = [...site.main.settings.get(LoadModule).keys()]
  if (loading.length === 0) return usualSetups
  const files = new Set([...alwaysThere, ...loading].map(fileOf))
  return [{ name: 'the modules that it loads', loads: (module) => files.has(module) }]
}

/** Reads a configuration as the real server would that has loaded these modules. */
export function readAsApache(file: string, { name, loads }: Setup, options: LoadOptions): ApacheReading {
  const hasModule = (module: string): boolean => moduleStatus(module) !== 'unknown' && loads(fileOf(module))
  const loaded = loadConfig(file, { ...options, lenient: false, asApache: true, loads, hasModule })
  const findings = [...loadingFindings(loaded), ...asApacheTakesThem(loaded.diagnostics, loaded.sources)]
  const error = firstError(findings)
  const skipped = loaded.skipped.map(
    ({ name: section, argument, place }) => `<${section} ${argument}>, line ${place.line}`,
  )
  const words = error === undefined ? undefined : wordsOf(error)
  return { loaded, findings, verdict: { setup: name, starts: error === undefined, words, skipped } }
}

/** `session_module` is in `mod_session.c`. */
export function fileOf(module: string): string {
  if (module.endsWith('.c')) return module
  const short = shortName(module)
  return specialFiles[short] ?? `mod_${short}.c`
}

const specialFiles: Readonly<Record<string, string>> = { core: 'core.c', http: 'http_core.c', mpm_event: 'event.c' }

/** What is found while lines are being read, before anybody looks at what directives say. */
const structural = new Set(['unclosed-section', 'unmatched-close', 'include-failed', 'include-cycle', 'too-large'])

function isStructural({ code, message }: Diagnostic): boolean {
  return structural.has(code) || message.startsWith('Cannot load ')
}

/** The real server stops at the first one. */
function firstError(findings: readonly Diagnostic[]): Diagnostic | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error')
  return errors.find(isStructural) ?? errors[0]
}

function wordsOf(error: Diagnostic): string {
  const where = `Syntax error on line ${error.line} of ${error.file}:`
  return isStructural(error) ? `${where} ${error.message}` : `AH00526: ${where}\n${error.message}`
}
