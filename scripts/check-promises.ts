/**
 * No promise is left alone: a statement that is just a promise is awaited, returned, given a handler for its failure, or
 * marked with `void`. A forgotten `await` loses a write without a word, and in a test it loses the failure.
 *
 * @module
 */
import ts from 'typescript-api'
import { placeOf, programOf } from './lib/program.ts'
import { find, repo } from './lib/repo.ts'
import { runAsProgram } from './lib/steps.ts'

const patterns = [
  'packages/*/{src,test}/**/*.ts',
  'examples/**/*.ts',
  'test/**/*.ts',
  'scripts/**/*.ts',
  'bench/**/*.ts',
]
/** `node:test` looks after the promises of these. */
const registrars = new Set(['test', 'describe', 'it', 'suite', 'before', 'after', 'beforeEach', 'afterEach'])
/** Whoever keeps a promise will look at it. */
const assignments: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
])
/** How many arguments a call of these has when it takes care of a failure. */
const failureHandlers: ReadonlyMap<string, number> = new Map([
  ['catch', 1],
  ['then', 2],
])

/** Checks all source files below a top folder. @returns One line per promise, `file:line: what is wrong`. */
export function checkPromises(root: string = repo): string[] {
  const program = programOf(find(patterns, root), root)
  const checker = program.getTypeChecker()
  const sources = program.getSourceFiles().filter((source) => isOurs(source, root))
  return sources.flatMap((source) =>
    floating(source, checker).map((node) => `${placeOf(node, root)}: promise is not awaited`),
  )
}

function isOurs(source: ts.SourceFile, root: string): boolean {
  return (
    source.fileName.startsWith(`${root}/`) && !source.isDeclarationFile && !source.fileName.includes('/node_modules/')
  )
}

function floating(source: ts.SourceFile, checker: ts.TypeChecker): ts.Node[] {
  const found: ts.Node[] = []
  const walk = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && isFloating(node.expression, checker)) found.push(node)
    ts.forEachChild(node, walk)
  }
  walk(source)
  return found
}

function isFloating(expression: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) return false
  if (ts.isBinaryExpression(expression) && assignments.has(expression.operatorToken.kind)) return false
  if (isRegistration(expression) || handlesFailure(expression)) return false
  const type = checker.getTypeAtLocation(expression)
  return (type.isUnion() ? type.types : [type]).some((part) => part.getProperty('then') !== undefined)
}

/** `p.catch(f)`, `p.then(f, g)`, and either with a `finally` behind it. */
function handlesFailure(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false
  const { name, expression: receiver } = expression.expression
  if (name.text === 'finally') return handlesFailure(receiver)
  const handlerAt = failureHandlers.get(name.text)
  return handlerAt !== undefined && expression.arguments.length >= handlerAt
}

function isRegistration(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression)) return false
  const callee = ts.isPropertyAccessExpression(expression.expression)
    ? expression.expression.expression
    : expression.expression
  return ts.isIdentifier(callee) && registrars.has(callee.text)
}

if (import.meta.main) await runAsProgram([{ name: 'promises', run: () => checkPromises() }])
