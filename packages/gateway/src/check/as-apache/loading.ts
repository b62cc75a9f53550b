import type { Diagnostic } from '../../config/diagnostics.ts'
import type { LoadedConfig } from '../../config/load-node.ts'
import { type LoadLine, loadLines } from '../../modules/load-lines.ts'
import { neededBy, shortName } from '../../modules/names.ts'

/** What the real server says to the order and the paths of LoadModule, which do not matter here. */
export function loadingFindings({ sources }: Pick<LoadedConfig, 'sources'>): Diagnostic[] {
  const lines = [...sources.values()].flatMap((source) => loadLines(source)).filter(({ isComment }) => !isComment)
  const loaded = new Set<string>()
  return lines.flatMap((line) => {
    const findings = [tooEarly(line, loaded), again(line, loaded), relative(line)]
    loaded.add(line.id)
    return findings.filter((finding) => finding !== undefined)
  })
}

/** The linker looks for what the other module defines. */
function tooEarly({ id, path, place }: LoadLine, loaded: ReadonlySet<string>): Diagnostic | undefined {
  const missing = neededBy(id).find((needed) => !loaded.has(needed.id))
  if (missing === undefined) return undefined
  return {
    severity: 'error',
    ...place,
    code: 'not-in-apache',
    message: `Cannot load ${path} into server: ${path}: undefined symbol: ${missing.symbol}`,
    expected: `LoadModule ${missing.id} before this line`,
    found: id,
    fix: `move the line below the one that loads ${missing.id}`,
  }
}

function again({ id, place }: LoadLine, loaded: ReadonlySet<string>): Diagnostic | undefined {
  if (!loaded.has(id)) return undefined
  const message = `AH01574: module ${id} is already loaded, skipping`
  return { severity: 'warning', ...place, code: 'differs-in-apache', message, found: id, fix: 'remove the line' }
}

function relative({ id, path, place }: LoadLine): Diagnostic | undefined {
  if (path.startsWith('/')) return undefined
  const short = shortName(id)
  return {
    severity: 'info',
    ...place,
    code: 'differs-in-apache',
    message: `Cannot load ${path} into server, where ServerRoot holds no such file, as on Debian and Ubuntu; on Red Hat's systems it does`,
    expected: `/usr/lib/apache2/modules/mod_${short}.so, on Debian and Ubuntu`,
    found: path,
    fix: `run "a2enmod ${short}" there, and remove the line`,
  }
}
