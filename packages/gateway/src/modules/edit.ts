import { readFileSync } from 'node:fs'
import { LoadModule } from '../config/directives/server.ts'
import { diskFiles } from '../config/files-node.ts'
import { loadConfig } from '../config/load-node.ts'
import { Source } from '../config/source.ts'
import { CommandError } from '../command/terminal/command-error.ts'
import { deniedOr, untouched } from '../command/terminal/file-failure.ts'
import { replaceFile } from '../lib/replace-file-node.ts'
import { mustBeRead } from '../server/config-failure.ts'
import { type LoadLine, loadLines } from './load-lines.ts'
import { isLoadable, shortName } from './names.ts'

/** What was done to one line. */
export interface LineChange {
  readonly what: 'added' | 'uncommented' | 'commented out'
  readonly file: string
  readonly line: number
  /** The line as it is now. */
  readonly text: string
}

/** The `LoadModule` lines of a configuration, being changed. Everything else stays byte for byte: the files are read as octets. */
export class ModuleEdit {
  readonly changes: LineChange[] = []
  readonly #main: string
  readonly #texts: Map<string, string>
  readonly #before: ReadonlyMap<string, string>

  /**
   * @param main The configuration; files that it includes are looked at and changed as well. Absolute.
   * @throws ConfigFailure when one of them cannot be read.
   */
  constructor(main: string) {
    this.#main = main
    const loaded = loadConfig(main)
    mustBeRead(loaded)
    this.#texts = new Map([...loaded.sources.keys()].map((file) => [file, readFileSync(file, 'latin1')]))
    this.#before = new Map(this.#texts)
  }

  /** Loads a module. @returns False when it was loaded already, or is built in. */
  enable(id: string): boolean {
    if (!isLoadable(id)) return false
    const lines = this.#lines(id)
    if (lines.some(({ isComment }) => !isComment)) return false
    const comment = lines.find(({ isOutside }) => isOutside)
    if (comment === undefined) this.#add(id)
    else this.#change(comment, 'uncommented', (text) => text.replace(/^(\s*)#[\s#]*/, '$1'))
    return true
  }

  /** Loads a module no more. @returns False when it was not loaded. */
  disable(id: string): boolean {
    const lines = this.#lines(id).filter(({ isComment }) => !isComment)
    for (const line of lines) this.#change(line, 'commented out', (text) => text.replace(/^(\s*)/, '$1#'))
    return lines.length > 0
  }

  /**
   * Writes the files that have changed, each at once, after trying whether the configuration loads what it should.
   *
   * @throws CommandError when a file cannot be written.
   */
  save(wanted: { readonly loaded: readonly string[]; readonly unloaded: readonly string[] }): void {
    this.#try(wanted)
    for (const [file, text] of this.#texts) {
      const before = this.#before.get(file)
      if (text === before) continue
      try {
        if (readFileSync(file, 'latin1') !== before) throw changedMeanwhile(file)
        replaceFile(file, Buffer.from(text, 'latin1'))
      } catch (cause) {
        throw notWritten(file, cause)
      }
    }
  }

  #try({ loaded, unloaded }: { readonly loaded: readonly string[]; readonly unloaded: readonly string[] }): void {
    const read = (path: string): string => {
      const text = this.#texts.get(path)
      return text === undefined ? diskFiles.read(path) : Buffer.from(text, 'latin1').toString('utf8')
    }
    const ids = loadConfig(this.#main, { files: { ...diskFiles, read } }).site.main.settings.get(LoadModule)
    const wrong = loaded.find((id) => isLoadable(id) && !ids.has(id)) ?? unloaded.find((id) => ids.has(id))
    if (wrong === undefined) return
    throw untouched(this.#main, {
      code: 'not-editable',
      why: `a condition around the line of ${wrong} keeps the change from taking effect`,
      fix: `edit the line "LoadModule ${wrong} …" by hand`,
    })
  }

  #lines(id: string): LoadLine[] {
    return [...this.#texts].flatMap(([file, text]) =>
      loadLines(new Source(file, text)).filter((line) => line.id === id),
    )
  }

  #change({ place: { file, line } }: LoadLine, what: LineChange['what'], to: (text: string) => string): void {
    const lines = physicalLines(this.#texts.get(file) ?? '')
    const changed = to(lines[line - 1] ?? '')
    lines[line - 1] = changed
    this.#texts.set(file, lines.join(''))
    this.changes.push({ what, file, line, text: changed.trim() })
  }

  /** Behind the last line that loads something; without one, behind the comments that the file begins with. */
  #add(id: string): void {
    const file = this.#main
    const lines = physicalLines(this.#texts.get(file) ?? '')
    const loads = loadLines(new Source(file, lines.join(''))).filter((line) => line.isOutside && !line.isComment)
    const last = loads.at(-1)
    const at = last?.place.line ?? lines.findIndex((text) => !/^\s*(?:#.*)?$/.test(text.trim()))
    const index = at === -1 ? lines.length : at
    const end = lines[0]?.endsWith('\r\n') === true ? '\r\n' : '\n'
    const before = lines[index - 1]
    if (before !== undefined && !before.endsWith('\n')) lines[index - 1] = before + end
    const folder = last?.path.replace(/[^/]*$/, '') ?? 'modules/'
    const text = `LoadModule ${id} ${folder}mod_${shortName(id)}.so`
    lines.splice(index, 0, text + end)
    this.#texts.set(file, lines.join(''))
    this.changes.push({ what: 'added', file, line: index + 1, text })
  }
}

/** With their line ends. */
function physicalLines(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}

function changedMeanwhile(file: string): CommandError {
  return new CommandError({
    code: 'changed-meanwhile',
    what: `${file} was left as it is`,
    why: 'somebody else has just changed it',
    fix: 'run the command again',
  })
}

function notWritten(file: string, cause: unknown): CommandError {
  if (cause instanceof CommandError) return cause
  const what = `${file} cannot be written; nothing has changed`
  return deniedOr({ code: 'not-written', what, fix: 'look at the disk and at the folder of the file' }, cause)
}
