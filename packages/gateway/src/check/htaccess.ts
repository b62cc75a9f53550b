import { basename, join } from 'node:path'
import { overrideClasses } from '../config/contexts.ts'
import type { Diagnostic } from '../config/diagnostics.ts'
import { AccessFileName } from '../config/directives/htaccess.ts'
import { diskFiles } from '../config/files-node.ts'
import { permissions } from '../config/htaccess-node.ts'
import { loadHtaccess, type LoadOptions } from '../config/load-node.ts'
import type { Layer, Site } from '../config/layer.ts'
import { Source } from '../config/source.ts'

/** A `.htaccess` file that was looked at. */
export interface CheckedHtaccess {
  readonly source: Source
  readonly layer: Layer
  readonly findings: readonly Diagnostic[]
}

/** What a `.htaccess` file may hold where nothing narrows it down. */
const everyClass: ReadonlySet<string> = new Set(overrideClasses)

/** Whether a file is read once for each directory rather than at the start, by its name. */
export function isHtaccess(file: string): boolean {
  return basename(file) === '.htaccess'
}

/** Checks one such file. @param permitted Default: everything that such files may hold at all. @throws What reading throws. */
export function checkHtaccess(
  file: string,
  options: LoadOptions,
  permitted: ReadonlySet<string> = everyClass,
): CheckedHtaccess {
  const { files = diskFiles } = options
  const source = new Source(file, files.read(file))
  const { layer, diagnostics } = loadHtaccess(source, permitted, options)
  return { source, layer, findings: diagnostics.list }
}

/** Checks the files directly in the directories for which the configuration permits them. Those further below are not looked for. */
export function checkHtaccessOf(site: Site, options: LoadOptions): CheckedHtaccess[] {
  const { files = diskFiles } = options
  return [site.main, ...site.hosts].flatMap((server) =>
    server.directories.flatMap(({ literal, layer }) => {
      const settings = site.main.settings.with(server.settings).with(layer.settings)
      const permitted = permissions(settings)
      if (literal === undefined || permitted.size === 0) return []
      const candidates = settings.get(AccessFileName).map((name) => join(literal, name))
      const file = candidates.find((candidate) => files.kind(candidate) === 'file')
      return file === undefined ? [] : [checkHtaccess(file, options, permitted)]
    }),
  )
}
