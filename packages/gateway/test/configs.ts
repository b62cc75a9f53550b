import assert from 'node:assert/strict'
import type { Diagnostic } from '../src/config/diagnostics.ts'
import { memoryFiles } from '../src/config/files-node.ts'
import { type LoadedConfig, type LoadOptions, loadConfig } from '../src/config/load-node.ts'
import { type ConfigRequest, SiteMatcher } from '../src/config/match.ts'
import type { Settings } from '../src/config/settings.ts'

/** Loads a text as `/etc/site.conf`, beside other files, with an empty environment. */
export function load(
  text: string,
  options: LoadOptions & { readonly others?: Readonly<Record<string, string>> } = {},
): LoadedConfig {
  const files = memoryFiles({ '/etc/site.conf': text, ...options.others })
  return loadConfig('/etc/site.conf', { files, environment: {}, ...options })
}

/** Loads a text that must have no errors. */
export function accepted(
  text: string,
  options: LoadOptions & { readonly others?: Readonly<Record<string, string>> } = {},
): LoadedConfig {
  const loaded = load(text, options)
  assert.deepEqual(errorsOf(loaded), [], text)
  return loaded
}

/** The settings that a request gets from a text without errors. */
export function settingsFor(text: string, request: Partial<ConfigRequest> = {}): Settings {
  return new SiteMatcher(accepted(text).site).match(requestTo('/', request)).settings
}

/** A GET request for a path. */
export function requestTo(path: string, more: Partial<ConfigRequest> = {}): ConfigRequest {
  return { method: 'GET', path, host: 'localhost', port: 80, scheme: 'http', header: () => undefined, ...more }
}

/** The errors, each as `line:column message`. */
export function errorsOf({ diagnostics }: Pick<LoadedConfig, 'diagnostics'>): string[] {
  return linesOf(diagnostics, 'error')
}

/** The warnings, each as `line:column message`. */
export function warningsOf({ diagnostics }: Pick<LoadedConfig, 'diagnostics'>): string[] {
  return linesOf(diagnostics, 'warning')
}

function linesOf(diagnostics: readonly Diagnostic[], severity: string): string[] {
  return diagnostics
    .filter((found) => found.severity === severity)
    .map(({ line, column, message }) => `${line}:${column} ${message}`)
}

/** The message about a line outside of all sections; undefined when there is none. */
export function problem(line: string): string | undefined {
  return errorsOf(load(line))[0]?.replace(/^1:\d+ /, '')
}

/** The same within `<Location />`. */
export function problemInside(line: string): string | undefined {
  return errorsOf(load(`<Location />\n${line}\n</Location>`))[0]?.replace(/^2:\d+ /, '')
}

/** Checks lines against the messages expected; undefined means that a line is accepted. */
export function checkLines(
  read: (line: string) => string | undefined,
  cases: Readonly<Record<string, string | undefined>>,
): void {
  const lines = Object.keys(cases)
  assert.deepEqual(Object.fromEntries(lines.map((line) => [line, read(line)])), cases)
}
