import { invalidCommand } from './advice.ts'
import type { Authorization } from './authorization.ts'
import type { Diagnostics, Problem } from './diagnostics.ts'
import { Require } from './directives/authz.ts'
import { pushed } from './directive.ts'
import { hostAddresses } from './host-address.ts'
import {
  type IfChain,
  type Layer,
  newLayer,
  newServerLayer,
  type ServerLayer,
  type Site,
  type VirtualHostLayer,
} from './layer.ts'
import { negativeProblem, readContainer } from './require-container.ts'
import { findSection, refusedSections, sectionCondition, type SectionKind, sectionTarget } from './sections.ts'
import type { ConfigNode, SectionNode } from './tree.ts'
import { contextProblem, type DirectiveReader, type Standing } from './use.ts'
import { type Word, wordsFrom } from './words.ts'

/** Where nodes are read into. */
interface Scope {
  readonly layer: Layer
  /** The layer of the server or virtual host around it, for sections that only stand there. */
  readonly server: ServerLayer | undefined
  readonly standing: Standing
}

/** Reads what was parsed into layers, and reports everything that is wrong with it. */
export class Compiler {
  readonly #diagnostics: Diagnostics
  readonly #reader: DirectiveReader
  readonly #hosts: VirtualHostLayer[] = []

  constructor(diagnostics: Diagnostics, reader: DirectiveReader) {
    this.#diagnostics = diagnostics
    this.#reader = reader
  }

  /** A configuration of the server. */
  site(nodes: readonly ConfigNode[]): Site {
    const main = newServerLayer('server config', undefined)
    this.#read(nodes, { layer: main, server: main, standing: { context: 'server', section: undefined } })
    return { main, hosts: this.#hosts }
  }

  /** A `.htaccess` file. @param permitted The classes and, in lower case, the names of directives that may stand in it. */
  htaccess(nodes: readonly ConfigNode[], title: string, permitted: ReadonlySet<string>): Layer {
    const layer = newLayer(title, undefined)
    this.#read(nodes, { layer, server: undefined, standing: { context: 'htaccess', section: undefined, permitted } })
    return layer
  }

  #read(nodes: readonly ConfigNode[], scope: Scope): void {
    let chain: IfChain | undefined
    for (const node of nodes) {
      if (node.kind === 'section') chain = this.#section(node, scope, chain)
      else this.#directive(node, scope)
    }
  }

  #directive(node: ConfigNode & { kind: 'directive' }, { layer, standing }: Scope): void {
    const understood = this.#reader.read(node, standing)
    if (understood === undefined) return
    const { directive } = understood
    const value = understood.add(layer.settings.own(directive))
    if (value === undefined) return
    if (directive === Require) this.#permits(node, (value as readonly Authorization[]).at(-1))
    layer.settings.set(directive, value, node.place)
  }

  /** Outside of containers, requirements are alternatives. */
  #permits(node: ConfigNode, authorization: Authorization | undefined): boolean {
    const problem = authorization === undefined ? undefined : negativeProblem(authorization, 'any')
    if (problem !== undefined) this.#diagnostics.add('error', node.place, problem)
    return problem === undefined
  }

  /** @returns The chain that a following `<ElseIf>` or `<Else>` continues. */
  #section(node: SectionNode, scope: Scope, chain: IfChain | undefined): IfChain | undefined {
    const kind = findSection(node.name)
    if (kind === undefined) {
      this.#unknown(node)
      return chain
    }
    const misplaced = this.#misplaced(kind, scope)
    if (misplaced !== undefined) this.#error(node, misplaced)
    const words = wordsFrom(node.line.text.slice(0, node.end), node.rest)
    if (kind.role === 'require') this.#require(node, kind, scope)
    else if (kind.role === 'vhost') this.#host(node, kind, words)
    else if (kind.role === 'if' || kind.role === 'elseif' || kind.role === 'else')
      return this.#if(node, { kind, words, scope, chain })
    else this.#matched(node, { kind, words, scope })
    return chain
  }

  #misplaced({ name, contexts, role }: SectionKind, { standing }: Scope): Problem | undefined {
    const problem = contextProblem(`<${name}`, contexts, standing)
    if (problem !== undefined && standing.section !== undefined && standing.context === 'section')
      return { ...problem, message: `<${name} not allowed in <${standing.section}> context` }
    if (problem !== undefined && standing.context === 'vhost')
      return { ...problem, message: `<${name}> cannot occur within <VirtualHost> section` }
    const inLocation = role === 'files' && /^location/i.test(standing.section ?? '')
    if (!inLocation) return problem
    return {
      code: 'wrong-context',
      message: `<${name} not allowed in <${standing.section}> context`,
      expected: 'in <Directory> or outside of all sections',
      found: `in <${standing.section}>`,
    }
  }

  #matched(node: SectionNode, { kind, words, scope }: Opened): void {
    const target = sectionTarget(kind, words)
    const layer = this.#layer(node, kind, scope, subjectOf(words))
    if ('problem' in target) this.#error(node, target.problem, target.word)
    else if (kind.role === 'files') scope.layer.files.push({ ...target, layer })
    else if (kind.role === 'location') scope.server?.locations.push({ ...target, layer })
    else scope.server?.directories.push({ ...target, layer })
  }

  #if(node: SectionNode, { kind, words, scope, chain }: Opened & { chain: IfChain | undefined }): IfChain | undefined {
    const layer = this.#layer(node, kind, scope)
    const condition = kind.role === 'else' ? undefined : sectionCondition(kind, words)
    if (condition !== undefined && 'problem' in condition) {
      this.#error(node, condition.problem, condition.word)
      return chain ?? []
    }
    if (kind.role === 'if') {
      const begun: IfChain = [{ condition, layer }]
      scope.layer.chains.push(begun)
      return begun
    }
    if (chain === undefined) this.#error(node, noIf)
    chain?.push({ condition, layer })
    return kind.role === 'else' ? undefined : chain
  }

  #host(node: SectionNode, kind: SectionKind, words: readonly Word[]): void {
    const addresses = hostAddresses(words)
    if ('problem' in addresses) this.#error(node, addresses.problem, addresses.word)
    const server = newServerLayer(titleOf(node), node.place)
    const standing: Standing = { context: 'vhost', section: kind.name }
    this.#read(node.children, { layer: server, server, standing })
    if (!('problem' in addresses)) this.#hosts.push({ ...server, addresses })
  }

  #require(node: SectionNode, kind: SectionKind, { layer, standing }: Scope): void {
    const container = readContainer(node, kind, {
      read: (child) => {
        const understood = this.#reader.read(child, standing)
        if (understood?.directive !== Require) return undefined
        return (understood.add(undefined) as readonly Authorization[] | undefined)?.[0]
      },
      error: (place, problem) => this.#diagnostics.add('error', place, problem),
    })
    if (container === undefined || !this.#permits(node, container)) return
    layer.settings.set(Require, pushed(layer.settings.own(Require), container), node.place)
  }

  #layer(node: SectionNode, kind: SectionKind, { server, standing }: Scope, subject = ''): Layer {
    const layer = newLayer(titleOf(node), node.place)
    const context = standing.context === 'htaccess' ? 'htaccess' : 'section'
    const inside: Standing = { ...standing, context, section: kind.name, sectionSubject: subject }
    this.#read(node.children, { layer, server, standing: inside })
    return layer
  }

  #unknown(node: SectionNode): void {
    const instead = refusedSections.get(node.name.toLowerCase())
    const message =
      instead === undefined
        ? invalidCommand(`<${node.name}`)
        : `<${node.name}> is not supported, and leaving it out would open what it protects`
    const code = instead === undefined ? 'unknown-directive' : 'refused-directive'
    const known =
      'VirtualHost, Location, LocationMatch, Directory, DirectoryMatch, Files, FilesMatch, If, ElseIf, Else, RequireAll, RequireAny, RequireNone'
    this.#error(node, {
      code,
      message,
      expected: known,
      found: `<${node.name}>`,
      ...(instead !== undefined && { fix: instead }),
    })
  }

  #error(node: SectionNode, problem: Problem, word?: Word): void {
    this.#diagnostics.add('error', word === undefined ? node.place : node.line.place(word.start), problem)
  }
}

interface Opened {
  readonly kind: SectionKind
  readonly words: readonly Word[]
  readonly scope: Scope
}

const noIf: Problem = {
  code: 'malformed-section',
  message: '<ElseIf> or <Else> section without previous <If> or <ElseIf> section in same scope',
  expected: '<If "condition"> … </If> before it',
}

/** The path, directory or file that a section is about; a `~` in front says that it is a regular expression. */
function subjectOf(words: readonly Word[]): string {
  const [first, second] = words
  return (first?.text === '~' ? second : first)?.text ?? ''
}

function titleOf({ name, line, rest, end }: SectionNode): string {
  const argument = line.text.slice(rest, end).trim()
  return argument === '' ? `<${name}>` : `<${name} ${argument}>`
}
