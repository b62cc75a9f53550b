import { isAbsolute, join } from 'node:path'
import type { Diagnostics, Problem } from './diagnostics.ts'
import type { ConfigFiles } from './files-node.ts'
import { type Included, includedFiles } from './include.ts'
import type { DirectiveNode } from './tree.ts'
import type { Variables } from './variables.ts'
import { type Word, wordsFrom } from './words.ts'

/** The directives that act while the file is being read: what follows them is read differently. */
export class ReadingDirectives {
  readonly #variables: Variables
  readonly #diagnostics: Diagnostics
  readonly #files: ConfigFiles
  #serverRoot: string

  constructor(variables: Variables, diagnostics: Diagnostics, files: ConfigFiles, serverRoot: string) {
    this.#variables = variables
    this.#diagnostics = diagnostics
    this.#files = files
    this.#serverRoot = serverRoot
  }

  get serverRoot(): string {
    return this.#serverRoot
  }

  /** A path as the configuration means it. */
  absolute(path: string): string {
    return isAbsolute(path) ? path : join(this.#serverRoot, path)
  }

  /** Lets `Define`, `UnDefine` and `ServerRoot` act. */
  take(node: DirectiveNode): void {
    const name = node.name.toLowerCase()
    if (name !== 'define' && name !== 'undefine' && name !== 'serverroot') return
    const words = wordsFrom(node.line.text, node.rest)
    const [first, second] = words.map(({ text }) => text)
    if (first === undefined || first === '') return
    if (name === 'serverroot') this.#serverRoot = this.absolute(first)
    else if (first.includes(':')) this.#diagnostics.add('error', node.place, colon(first))
    else if (name === 'define') this.#variables.define(first, second)
    else this.#variables.undefine(first)
  }

  /** The files of an `Include` or `IncludeOptional`, or why there are none. */
  included(name: string, words: readonly Word[], optional: boolean): Included | Problem {
    const [path] = words
    if (path === undefined || path.text === '' || words.length > 1) return wrongInclude(name, words)
    const found = includedFiles(this.absolute(path.text), this.#files)
    if (found.failure === undefined || optional) return found
    return {
      code: 'include-failed',
      message: found.failure,
      expected: 'a file, a directory or a pattern that matches something',
      found: path.text,
      fix: `correct the path (relative ones belong to ${this.#serverRoot}), or use IncludeOptional`,
    }
  }
}

function colon(variable: string): Problem {
  return {
    code: 'bad-value',
    message: "Variable name must not contain ':'",
    found: variable,
    fix: 'choose a name of letters, digits and underscores',
  }
}

function wrongInclude(name: string, words: readonly Word[]): Problem {
  return {
    code: 'wrong-arguments',
    message: `${name} takes one argument, the path of what is to be read`,
    expected: 'one path',
    found: words.length === 0 ? 'nothing' : `${words.length} arguments`,
    fix: 'put a path with blanks into quotes',
  }
}
