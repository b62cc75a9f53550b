import { isAbsolute, join } from 'node:path'
import { Advisor, insteadInApache, invalidCommand } from './advice.ts'
import { takeArguments } from './arity.ts'
import type { Contexts } from './contexts.ts'
import type { Diagnostics, Problem, Severity } from './diagnostics.ts'
import type { Directive, Use } from './directive.ts'
import { findDirective, findForeign, moduleStatus, nearestModule } from './modules.ts'
import type { DirectiveNode } from './tree.ts'
import { restFrom, type Word, wordsFrom } from './words.ts'

/** Where a line stands. */
export interface Standing {
  readonly context: 'server' | 'vhost' | 'section' | 'htaccess'
  /** The name of the innermost section; undefined outside of all. */
  readonly section: string | undefined
  /** What that section is about, as written: the path of a `<Location>`. */
  readonly sectionSubject?: string
  /** In a `.htaccess` file: the classes and, in lower case, the names that are permitted. */
  readonly permitted?: ReadonlySet<string>
}

/** How strictly directives are judged. */
export interface Strictness {
  /** True: a directive that nobody knows is a warning (default false). */
  readonly lenient?: boolean
  /** True: what the real server does not know is an error (default false). */
  readonly asApache?: boolean
  /** With `asApache`: whether the real server has loaded a module, by its file; what belongs to others is an error (default: all). */
  loads?(module: string): boolean
}

/** A line that was understood: the directive whose value it adds to, and a function that adds it to what stands above. */
export interface Understood {
  readonly directive: Directive
  add(before: unknown): unknown
}

/** Turns lines into uses of directives, and reports what is wrong with them. */
export class DirectiveReader {
  readonly #diagnostics: Diagnostics
  readonly #serverRoot: string
  readonly #strictness: Strictness
  readonly #advisor = new Advisor()

  constructor(diagnostics: Diagnostics, serverRoot: string, strictness: Strictness) {
    this.#diagnostics = diagnostics
    this.#serverRoot = serverRoot
    this.#strictness = strictness
  }

  /** @returns Undefined when the line counts for nothing; why is in the diagnostics then. */
  read(node: DirectiveNode, standing: Standing): Understood | undefined {
    const found = findDirective(node.name)
    if (found === undefined) {
      this.#unknown(node)
      return undefined
    }
    const { directive, module } = found
    if (this.#strictness.asApache === true && directive.origin !== 'apache')
      this.#report(node, 'error', notInApache(directive))
    else if (this.#isUnloaded(module.file)) this.#report(node, 'error', notLoaded(directive.name, module.file))
    const misplaced = contextProblem(directive.name, directive.contexts, standing)
    if (misplaced !== undefined) {
      this.#report(node, 'error', misplaced)
      return undefined
    }
    const words = takeArguments(directive, node.line.text, node.rest)
    if ('code' in words) {
      this.#report(node, 'error', words)
      return undefined
    }
    if (directive.name === 'LoadModule') this.#module(node, words)
    const use = this.#use(node, directive, { words, standing })
    return { directive: directive.among ?? directive, add: (before) => directive.add(use, before) }
  }

  #use(
    node: DirectiveNode,
    directive: Directive,
    { words, standing }: { words: readonly Word[]; standing: Standing },
  ): Use {
    const { line, rest } = node
    const inSection = standing.context === 'section' || standing.context === 'htaccess'
    return {
      words: directive.takes === 'RAW_ARGS' ? wordsFrom(line.text, rest) : words,
      raw: restFrom(line.text, rest),
      syntax: directive.syntax,
      place: node.place,
      section: standing.section,
      inSection,
      sectionSubject: standing.sectionSubject,
      knowsModule: (name) => name === 'core' || moduleStatus(`${name}_module`) !== 'unknown',
      beyondApache: (message, word) => {
        if (this.#strictness.asApache === true)
          this.#report(node, 'warning', { code: 'differs-in-apache', message }, word)
      },
      absolute: (path) => (isAbsolute(path) ? path : join(this.#serverRoot, path)),
      fail: (problem, word) => {
        this.#report(node, 'error', problem, word)
        return undefined
      },
      warn: (problem, word) => this.#report(node, 'warning', problem, word),
    }
  }

  #report(node: DirectiveNode, severity: Severity, problem: Problem, word?: Word): void {
    this.#diagnostics.add(severity, word === undefined ? node.place : node.line.place(word.start), problem)
  }

  #isUnloaded(module: string): boolean {
    return this.#strictness.asApache === true && this.#strictness.loads?.(module) === false
  }

  #unknown(node: DirectiveNode): void {
    const foreign = findForeign(node.name)
    if (foreign !== undefined && this.#isUnloaded(foreign.module)) {
      this.#report(node, 'error', notLoaded(foreign.name, foreign.module))
      return
    }
    const { problem, severity } = this.#advisor.judge(node.name, restFrom(node.line.text, node.rest))
    const unknown = this.#strictness.lenient === true ? 'warning' : 'error'
    const silent = this.#strictness.asApache === true && severity === 'warning'
    if (!silent) this.#report(node, severity === 'unknown' ? unknown : severity, problem)
  }

  #module(node: DirectiveNode, [id]: readonly Word[]): void {
    const status = moduleStatus(id?.text ?? '')
    if (id === undefined || status === 'present') return
    const nearest = status === 'unknown' ? nearestModule(id.text) : undefined
    const message =
      status === 'absent'
        ? `${id.text} is not part of this gateway; the line has no effect`
        : `There is no module ${id.text}`
    const fix = nearest === undefined ? 'remove the line' : `write ${nearest}`
    const severity = status === 'unknown' && this.#strictness.lenient !== true ? 'error' : 'warning'
    this.#report(
      node,
      severity,
      { code: status === 'absent' ? 'ignored-directive' : 'bad-value', message, found: id.text, fix },
      id,
    )
  }
}

/** What is wrong about the place of a directive or section, in the words of the real server. */
export function contextProblem(name: string, contexts: Contexts, standing: Standing): Problem | undefined {
  if (standing.context !== 'htaccess') {
    if (contexts[standing.context]) return undefined
    const inHost = standing.context === 'vhost' && contexts.server
    const message = inHost ? `${name} cannot occur within <VirtualHost> section` : `${name} not allowed here`
    return {
      code: 'wrong-context',
      message,
      expected: placesOf(contexts),
      found: standing.section === undefined ? 'outside of all sections' : `in <${standing.section}>`,
    }
  }
  const { htaccess } = contexts
  const { permitted = new Set<string>() } = standing
  if (htaccess === 'any' || (htaccess !== undefined && permitted.has(htaccess)) || permitted.has(name.toLowerCase()))
    return undefined
  const fix =
    htaccess === undefined
      ? 'move the line into the configuration of the server'
      : `write AllowOverride ${htaccess} in the <Directory> around it`
  return {
    code: 'wrong-context',
    message: `${name} not allowed here`,
    expected: placesOf(contexts),
    found: 'in a .htaccess file',
    fix,
  }
}

function placesOf({ server, vhost, section, htaccess }: Contexts): string {
  const places = [
    server && 'outside of all sections',
    vhost && 'in <VirtualHost>',
    section && 'in <Location>, <Directory>, <Files> or <If>',
  ]
  const named = places.filter((place) => place !== false)
  return (htaccess === undefined ? named : [...named, 'in .htaccess files']).join(', ')
}

function notInApache({ name, origin }: Directive): Problem {
  const whose = origin === 'apache-trunk' ? 'the next version of the real server' : 'this gateway'
  const fix = insteadInApache(name) ?? `remove the line: only ${whose} has it`
  return { code: 'not-in-apache', message: invalidCommand(name), found: name, fix }
}

function notLoaded(name: string, module: string): Problem {
  const short = module.replaceAll(/^mod_|\.c$/g, '')
  const line = `LoadModule ${short}_module modules/mod_${short}.so`
  return {
    code: 'not-in-apache',
    message: invalidCommand(name),
    expected: `${module} to be loaded, to which ${name} belongs`,
    found: name,
    fix: `run "sekisho enable ${short}", or write ${line}`,
  }
}
