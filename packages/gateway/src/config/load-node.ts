import { Compiler } from './compile.ts'
import type { Diagnostic, Diagnostics } from './diagnostics.ts'
import { type ConfigFiles, diskFiles } from './files-node.ts'
import { findings } from './findings.ts'
import type { Layer, Site } from './layer.ts'
import { findDirective, findForeign, hasModule } from './modules.ts'
import { type ParsedConfig, parseFile, type ParserOptions, parseSource } from './parser.ts'
import { refusedSections, findSection } from './sections.ts'
import type { SkippedSection } from './skipped.ts'
import type { Source } from './source.ts'
import { DirectiveReader, type Strictness } from './use.ts'
import { conditionOf } from './conditions.ts'

/** How a configuration is loaded. */
export interface LoadOptions extends Strictness {
  /** Where files are read (default: the disk). */
  readonly files?: ConfigFiles
  /** Environment for `${NAME}` (default: that of the process). */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Names that `<IfDefine>` finds, as with `-D NAME` (default none). */
  readonly defines?: readonly string[]
  /** Absolute; what relative paths belong to until a `ServerRoot` says otherwise (default: the directory of the file). */
  readonly serverRoot?: string
  /** Asks whether `<IfModule>` holds (default: for the modules that the gateway has). */
  hasModule?(name: string): boolean
}

/** A configuration and everything that is to be said about it. */
export interface LoadedConfig {
  /** What was understood. With an error among the diagnostics it must not be used to answer requests. */
  readonly site: Site
  /** False as soon as one diagnostic is an error. */
  readonly usable: boolean
  readonly diagnostics: readonly Diagnostic[]
  /** The files that were read, by path; {@link formatDiagnostic} shows their lines. */
  readonly sources: ReadonlyMap<string, Source>
  /** The sections that were left out because their condition did not hold. */
  readonly skipped: readonly SkippedSection[]
  readonly serverRoot: string
}

/**
 * Loads a configuration file and all that it includes. Never throws because of what is in them.
 *
 * @param file An absolute path.
 */
export function loadConfig(file: string, options: LoadOptions = {}): LoadedConfig {
  const parsed = parseFile(file, parserOptions(options))
  const site = compiler(parsed, options).site(parsed.children)
  findings(site, parsed.diagnostics)
  return loaded(site, parsed)
}

/** Loads a `.htaccess` file. @param permitted What AllowOverride and AllowOverrideList permit, the latter in lower case. */
export function loadHtaccess(
  source: Source,
  permitted: ReadonlySet<string>,
  options: LoadOptions,
): { layer: Layer; diagnostics: Diagnostics } {
  const parsed = parseSource(source, parserOptions(options))
  const layer = compiler(parsed, options).htaccess(parsed.children, source.file, permitted)
  return { layer, diagnostics: parsed.diagnostics }
}

function loaded(site: Site, { diagnostics, sources, skipped, serverRoot }: ParsedConfig): LoadedConfig {
  return { site, usable: !diagnostics.failed, diagnostics: diagnostics.list, sources, skipped, serverRoot }
}

function compiler({ diagnostics, serverRoot }: ParsedConfig, strictness: Strictness): Compiler {
  return new Compiler(diagnostics, new DirectiveReader(diagnostics, serverRoot, strictness))
}

function parserOptions({
  files = diskFiles,
  environment = process.env,
  defines,
  serverRoot,
  hasModule: has = hasModule,
}: LoadOptions): ParserOptions {
  return {
    files,
    environment,
    ...(defines !== undefined && { defines }),
    ...(serverRoot !== undefined && { serverRoot }),
    known: {
      hasModule: has,
      hasDirective: (name) => findDirective(name) !== undefined || findForeign(name) !== undefined,
      hasSection: (name) =>
        findSection(name) !== undefined || conditionOf(name) !== undefined || refusedSections.has(name.toLowerCase()),
    },
  }
}
