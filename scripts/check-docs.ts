/**
 * Every public symbol, and every member of a public interface or class, says what it is: a TSDoc comment of its own, or one
 * that it has from what it implements. Public is what the package exports and whatever the types of that mention.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-api'
import { exportsOf, isPrivateMember, placeOf, programOf, reachable } from './lib/program.ts'
import { type Entry, entriesOf, missingEntries, repo } from './lib/repo.ts'
import { runAsProgram } from './lib/steps.ts'

/** Checks the public symbols of these entries. @returns One line per missing comment, `file:line: name`. */
export function checkDocs(entries: readonly Entry[] = entriesOf('packages/sekisho'), root: string = repo): string[] {
  const present = entries.map(({ source }) => source).filter((source) => existsSync(join(root, source)))
  const program = programOf(present, root)
  const checker = program.getTypeChecker()
  const exported = present.flatMap((source) => exportsOf(program, join(root, source)))
  const bare = [...reachable(program, exported, root)].flatMap((symbol) => undocumented(symbol, checker))
  return [
    ...missingEntries(entries, root),
    ...bare.map(({ node, name }) => `${placeOf(node, root)}: ${name} has no TSDoc`),
  ]
}

interface Bare {
  readonly node: ts.Node
  readonly name: string
}

function undocumented(symbol: ts.Symbol, checker: ts.TypeChecker): Bare[] {
  const declarations = symbol.declarations ?? []
  const own = hasComment(symbol, checker) ? [] : declarations.slice(0, 1)
  const members = declarations.flatMap((declaration) => publicMembers(declaration))
  return [
    ...own.map((node) => ({ node, name: symbol.name })),
    ...members
      .filter((node) => !isDocumented(node, checker))
      .map((node) => ({ node, name: `${symbol.name}.${nameOf(node)}` })),
  ]
}

function publicMembers(declaration: ts.Node): ts.NamedDeclaration[] {
  if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return []
  return [...declaration.members].filter((member) => {
    if (ts.isIndexSignatureDeclaration(member) || ts.isClassStaticBlockDeclaration(member)) return false
    return !isPrivateMember(member)
  })
}

function nameOf(node: ts.NamedDeclaration): string {
  if (node.name !== undefined) return node.name.getText()
  return ts.isConstructorDeclaration(node) ? 'constructor' : '(call)'
}

/** A member with a name shares the comment of its overloads, its accessor twin, and what it implements. */
function isDocumented(member: ts.NamedDeclaration, checker: ts.TypeChecker): boolean {
  const symbol = member.name === undefined ? undefined : checker.getSymbolAtLocation(member.name)
  if (symbol !== undefined) return hasComment(symbol, checker)
  return ts.getJSDocCommentsAndTags(member).length > 0
}

function hasComment(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0
}

if (import.meta.main) await runAsProgram([{ name: 'doc comments', run: () => checkDocs() }])
