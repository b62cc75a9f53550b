/**
 * TypeScript's own view of a set of files. `typescript` 7 has no API for JavaScript yet, so this uses version 6.
 *
 * @module
 */
import { join, relative } from 'node:path'
import ts from 'typescript-api'
import { repo } from './repo.ts'

/** Makes a program of these files with the settings of the repository's `tsconfig.json`. */
export function programOf(files: readonly string[], root: string = repo): ts.Program {
  const config = ts.readConfigFile(join(repo, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(
    (config.config as { compilerOptions: object }).compilerOptions,
    repo,
  )
  return ts.createProgram({
    rootNames: files.map((file) => join(root, file)),
    options: { ...options, noEmit: true, incremental: false },
  })
}

/** The symbols that a module exports, with aliases followed to what they stand for. */
export function exportsOf(program: ts.Program, file: string): ts.Symbol[] {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (symbol === undefined) return []
  return checker.getExportsOfModule(symbol).map((found) => followed(checker, found))
}

/** What an alias (an import or a re-export) stands for; anything else is itself. */
export function followed(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Calls `visit` for every name that the public type side of a declaration mentions: no private members, bodies or values. */
export function eachTypeName(declaration: ts.Node, visit: (name: ts.Node) => void): void {
  const walk = (node: ts.Node): void => {
    if (ts.isBlock(node) || isPrivateMember(node)) return
    if (ts.isTypeReferenceNode(node)) visit(node.typeName)
    if (ts.isExpressionWithTypeArguments(node)) visit(node.expression)
    if (ts.isTypeQueryNode(node)) visit(node.exprName)
    const value = ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node) ? node.initializer : undefined
    ts.forEachChild(node, (child) => (child === value ? undefined : walk(child)))
  }
  walk(declaration)
}

/** Whether a node is a member of a class that only the class itself sees. */
export function isPrivateMember(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false
  if (node.name !== undefined && ts.isPrivateIdentifier(node.name)) return true
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0
}

/** The symbols themselves and, transitively, every symbol of our own that their types mention. */
export function reachable(program: ts.Program, symbols: readonly ts.Symbol[], root: string = repo): Set<ts.Symbol> {
  const checker = program.getTypeChecker()
  const found = new Set<ts.Symbol>(symbols)
  for (const symbol of found)
    for (const declaration of symbol.declarations ?? [])
      eachTypeName(declaration, (name) => {
        const mentioned = checker.getSymbolAtLocation(name)
        const target = mentioned === undefined ? undefined : followed(checker, mentioned)
        if (target !== undefined && isOurs(target, root)) found.add(target)
      })
  return found
}

function isOurs(symbol: ts.Symbol, root: string): boolean {
  if (symbol.flags & ts.SymbolFlags.TypeParameter) return false
  return (symbol.declarations ?? []).some((declaration) => {
    const path = relative(root, declaration.getSourceFile().fileName)
    return !path.startsWith('..') && !path.split('/').includes('node_modules')
  })
}

/** `file:line` of a node. */
export function placeOf(node: ts.Node, root: string = repo): string {
  const source = node.getSourceFile()
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
  return `${relative(root, source.fileName)}:${line + 1}`
}
