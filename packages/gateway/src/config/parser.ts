import { dirname } from 'node:path'
import type { Surroundings } from './conditions.ts'
import { Diagnostics, type Problem } from './diagnostics.ts'
import { FileReader, type SharedReading } from './file-reader.ts'
import type { ConfigFiles } from './files-node.ts'
import { ReadingDirectives } from './reading.ts'
import type { SkippedSection } from './skipped.ts'
import { Source } from './source.ts'
import type { ConfigNode } from './tree.ts'
import { Variables } from './variables.ts'

/** How many files may stand open within one another, as in the real server. */
const deepestInclude = 20
/** How many files one configuration may be made of, the same one twice counted twice. */
const mostFiles = 4096

/** What a configuration is read with. */
export interface ParserOptions {
  readonly files: ConfigFiles
  /** Environment for `${NAME}` (default none). */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Names that `<IfDefine>` finds, as with `-D NAME` (default none). */
  readonly defines?: readonly string[]
  /** Absolute; what relative paths belong to until a `ServerRoot` says otherwise (default: the directory of the file). */
  readonly serverRoot?: string
  /** Which modules, directives and sections exist. */
  readonly known: Pick<Surroundings, 'hasModule' | 'hasDirective' | 'hasSection'>
}

/** A configuration as it was read: includes and conditions are resolved. */
export interface ParsedConfig {
  readonly children: readonly ConfigNode[]
  readonly diagnostics: Diagnostics
  /** The files that were read, by path. */
  readonly sources: ReadonlyMap<string, Source>
  /** The sections that were left out because their condition did not hold. */
  readonly skipped: readonly SkippedSection[]
  readonly serverRoot: string
}

/** Reads a configuration file (an absolute path) and all that it includes. Never throws because of what is in them. */
export function parseFile(file: string, options: ParserOptions): ParsedConfig {
  const parser = new Parser(options, dirname(file))
  const failure = parser.include(file, parser.children)
  if (failure !== undefined) parser.diagnostics.add('error', { file, line: 1, column: 1 }, failure)
  return parser.result()
}

/** Reads a text that was read already, such as a `.htaccess` file. */
export function parseSource(source: Source, options: ParserOptions): ParsedConfig {
  const parser = new Parser(options, dirname(source.file))
  parser.read(source, parser.children)
  return parser.result()
}

/** Reads the files of one configuration. */
class Parser implements SharedReading {
  readonly children: ConfigNode[] = []
  readonly diagnostics: Diagnostics = new Diagnostics()
  readonly skipped: SkippedSection[] = []
  readonly variables: Variables
  readonly around: Surroundings
  readonly reading: ReadingDirectives
  readonly #files: ConfigFiles
  readonly #sources = new Map<string, Source>()
  readonly #open: string[] = []
  #count = 0

  constructor({ files, environment = {}, defines, known, serverRoot }: ParserOptions, directory: string) {
    this.#files = files
    this.variables = new Variables(environment, defines)
    this.reading = new ReadingDirectives(this.variables, this.diagnostics, files, serverRoot ?? directory)
    this.around = {
      variables: this.variables,
      hasModule: (name) => known.hasModule(name),
      hasDirective: (name) => known.hasDirective(name),
      hasSection: (name) => known.hasSection(name),
      hasFile: (path) => files.kind(this.reading.absolute(path)) !== undefined,
    }
  }

  include(file: string, into: ConfigNode[]): Problem | undefined {
    if (this.#open.includes(file)) return cycle([...this.#open, file])
    if (this.#open.length > deepestInclude) return tooDeep
    if (this.#count >= mostFiles) return tooMany
    let text: string
    try {
      text = this.#files.read(file)
    } catch (error) {
      return unreadable(file, error)
    }
    this.#open.push(file)
    this.read(new Source(file, text), into)
    this.#open.pop()
    return undefined
  }

  read(source: Source, into: ConfigNode[]): void {
    this.#count += 1
    this.#sources.set(source.file, source)
    new FileReader(this, source, into).read()
  }

  result(): ParsedConfig {
    const { children, diagnostics, skipped } = this
    return { children, diagnostics, sources: this.#sources, skipped, serverRoot: this.reading.serverRoot }
  }
}

const tooDeep: Problem = {
  code: 'include-cycle',
  message: `Exceeded maximum include depth of ${deepestInclude}, There appears to be a recursion.`,
  fix: 'remove the Include that leads back here',
}

const tooMany: Problem = {
  code: 'too-large',
  message: 'The configuration includes too many files',
  expected: `at most ${mostFiles}`,
}

function cycle(files: readonly string[]): Problem {
  return {
    code: 'include-cycle',
    message: 'A configuration file includes itself',
    found: files.join(' includes '),
    fix: 'remove this Include',
  }
}

function unreadable(file: string, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    code: 'include-failed',
    message: `Could not open configuration file ${file}: ${reason}`,
    expected: 'a file that this process may read',
    fix: 'correct the path, or the permissions of the file and of its directories',
  }
}
