/**
 * What a file imports, found by a parser.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-api'

/** One import, re-export, dynamic import or look-up of a builtin. */
export interface Import {
  /** As written; `undefined` when it is computed. */
  readonly specifier: string | undefined
  /** The line it stands on, from 1. */
  readonly line: number
}

/** Every import of a file: types included, in the order of the text. */
export function importsOf(file: string, root: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false)
  const found: Import[] = []
  const walk = (node: ts.Node): void => {
    const target = importedBy(node)
    if (target !== undefined) found.push({ specifier: literalText(target), line: lineOf(source, node) })
    ts.forEachChild(node, walk)
  }
  walk(source)
  return found
}

function importedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument
  if (ts.isModuleDeclaration(node)) return ts.isStringLiteral(node.name) ? node.name : undefined
  if (ts.isCallExpression(node) && loadsModule(node.expression)) return node.arguments[0] ?? node
  return undefined
}

function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 'getBuiltinModule'
}

function literalText(node: ts.Node): string | undefined {
  return ts.isStringLiteralLike(node) ? node.text : undefined
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
}
