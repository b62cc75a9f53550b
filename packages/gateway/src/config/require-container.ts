import type { Authorization } from './authorization.ts'
import type { Problem } from './diagnostics.ts'
import { findSection, type SectionKind } from './sections.ts'
import type { Place } from './source.ts'
import type { DirectiveNode, SectionNode } from './tree.ts'

/** What reading a container needs of its surroundings. */
export interface ContainerReader {
  /** Reads a `Require`; undefined after an error, and for any other directive. */
  read(node: DirectiveNode): Authorization | undefined
  error(place: Place, problem: Problem): void
}

type ContainerKind = 'all' | 'any' | 'none'

/** Reads a `<RequireAll>`, `<RequireAny>` or `<RequireNone>`. @returns Undefined when it asks for nothing. */
export function readContainer(
  node: SectionNode,
  section: SectionKind,
  reader: ContainerReader,
): Authorization | undefined {
  const children: Authorization[] = []
  const within = kindOf(section)
  for (const child of node.children) {
    const read = child.kind === 'section' ? nested(child, reader) : requirementOf(child, reader)
    const problem = read === undefined ? undefined : negativeProblem(read, within)
    if (problem !== undefined) reader.error(child.place, problem)
    else if (read !== undefined) children.push(read)
  }
  if (within === 'all' && children.length > 0 && children.every(isNegative))
    reader.error(node.place, onlyNegative(section.name))
  return children.length === 0 ? undefined : { kind: within, children, place: node.place }
}

/** What says whom to refuse lets nobody in, and so can only stand beside what does: in `<RequireAll>`. */
export function negativeProblem(authorization: Authorization, within: ContainerKind): Problem | undefined {
  if (within === 'all' || !isNegative(authorization)) return undefined
  const name = within === 'any' ? 'RequireAny' : 'RequireNone'
  const subject = authorization.kind === 'require' ? 'negative Require directive' : '<RequireNone> directive'
  return {
    code: 'bad-value',
    message: `${subject} has no effect in <${name}> directive`,
    expected: 'Require not and <RequireNone> in <RequireAll>',
    fix: 'put <RequireAll> around it and what else is required',
  }
}

function isNegative(authorization: Authorization): boolean {
  return authorization.kind === 'none' || (authorization.kind === 'require' && authorization.not)
}

function nested(child: SectionNode, reader: ContainerReader): Authorization | undefined {
  const section = findSection(child.name)
  if (section?.role === 'require') return readContainer(child, section, reader)
  reader.error(child.place, foreign(`<${child.name}>`))
  return undefined
}

function requirementOf(child: DirectiveNode, reader: ContainerReader): Authorization | undefined {
  if (child.name.toLowerCase() === 'require') return reader.read(child)
  reader.error(child.place, foreign(child.name))
  return undefined
}

function kindOf({ name }: SectionKind): ContainerKind {
  if (name === 'RequireAll') return 'all'
  return name === 'RequireAny' ? 'any' : 'none'
}

function foreign(found: string): Problem {
  return {
    code: 'wrong-context',
    message: `${found} not allowed here`,
    expected: 'Require, <RequireAll>, <RequireAny> or <RequireNone>',
    found,
  }
}

function onlyNegative(name: string): Problem {
  return {
    code: 'bad-value',
    message: `<${name}> directive contains only negative authorization directives`,
    expected: 'at least one requirement that lets somebody in',
    fix: 'add Require all granted',
  }
}
