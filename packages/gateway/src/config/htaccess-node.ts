import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from './diagnostics.ts'
import { AccessFileName, AllowOverride, AllowOverrideList } from './directives/htaccess.ts'
import { type Layer, newLayer } from './layer.ts'
import { loadHtaccess, type LoadOptions } from './load-node.ts'
import type { HtaccessLookup } from './match.ts'
import { Require } from './directives/authz.ts'
import type { Settings } from './settings.ts'
import { Source } from './source.ts'

/** How many files are remembered; beyond that the oldest is read again. */
const mostRemembered = 1000

/** How `.htaccess` files are looked for. */
export interface HtaccessOptions extends LoadOptions {
  /** For how many milliseconds a file is taken as unchanged without looking (default 1000). */
  readonly recheckMs?: number
  /** Is told what is wrong with a file, once for each change of it. */
  onDiagnostics?(diagnostics: readonly Diagnostic[], source: Source): void
}

interface Remembered {
  readonly stamp: string | undefined
  readonly layer: Layer | undefined
  checkedAt: number
}

/**
 * Looks for `.htaccess` files where AllowOverride or AllowOverrideList permits them, and remembers what is in them.
 * A file with an error closes its directory (`Require all denied`), as the real server answers 500 there: half of it would be
 * worse than nothing.
 */
export function htaccessFiles(options: HtaccessOptions = {}): HtaccessLookup {
  const remembered = new Map<string, Remembered>()
  return (directory, settings) => {
    const permitted = permissions(settings)
    if (permitted.size === 0) return undefined
    for (const name of settings.get(AccessFileName)) {
      const file = join(directory, name)
      const key = `${file}\0${[...permitted].join(' ')}`
      const known = recall(remembered, key, file, options.recheckMs ?? 1000)
      const layer = known === undefined ? remember(remembered, { key, file, permitted }, options) : known.layer
      if (layer !== undefined) return layer
    }
    return undefined
  }
}

/** What `.htaccess` files may hold: classes of directives and, in lower case, names. */
export function permissions(settings: Settings): ReadonlySet<string> {
  return new Set([...settings.get(AllowOverride), ...settings.get(AllowOverrideList)])
}

function recall(
  remembered: Map<string, Remembered>,
  key: string,
  file: string,
  recheckMs: number,
): Remembered | undefined {
  const known = remembered.get(key)
  const now = performance.now()
  if (known === undefined || now - known.checkedAt < recheckMs) return known
  known.checkedAt = now
  return stampOf(file) === known.stamp ? known : undefined
}

interface Wanted {
  readonly key: string
  readonly file: string
  readonly permitted: ReadonlySet<string>
}

function remember(
  remembered: Map<string, Remembered>,
  { key, file, permitted }: Wanted,
  options: HtaccessOptions,
): Layer | undefined {
  const stamp = stampOf(file)
  const layer = stamp === undefined ? undefined : read(file, permitted, options)
  const [oldest] = remembered.keys()
  if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest)
  remembered.delete(key)
  remembered.set(key, { stamp, layer, checkedAt: performance.now() })
  return layer
}

function read(file: string, permitted: ReadonlySet<string>, options: HtaccessOptions): Layer {
  let source: Source
  try {
    source = new Source(file, readFileSync(file, 'utf8'))
  } catch {
    return closed(file)
  }
  const { layer, diagnostics } = loadHtaccess(source, permitted, options)
  if (diagnostics.list.length > 0) options.onDiagnostics?.(diagnostics.list, source)
  return diagnostics.failed ? closed(file) : layer
}

function closed(file: string): Layer {
  const layer = newLayer(file, undefined)
  const place = { file, line: 1, column: 1 }
  layer.settings.set(
    Require,
    [{ kind: 'require', not: false, requirement: { provider: 'all', granted: false }, place }],
    place,
  )
  return layer
}

/** Changes when the file does; undefined when there is none. */
function stampOf(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true })
  return stats === undefined || !stats.isFile() ? undefined : `${stats.ino}:${stats.size}:${stats.mtimeNs}`
}
