/**
 * The snapshots in `api/`: what each subpath of the package exports, as TypeScript declares it. A change of the public
 * surface shows as a change of these files, and is reviewed there.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript-api'
import type { Files } from './lib/generated.ts'
import { exportsOf, programOf, reachable } from './lib/program.ts'
import { type Entry, entriesOf, missingEntries } from './lib/repo.ts'
import { runTool } from './lib/steps.ts'

/** All snapshots by file. Throws when an entry has no source or the declarations cannot be emitted. */
export async function apiFiles(): Promise<Files> {
  const entries = entriesOf('packages/sekisho')
  const missing = missingEntries(entries)
  if (missing.length > 0) throw new Error(missing.join('\n'))
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-api-'))
  try {
    const emit = ['--noCheck', '--emitDeclarationOnly', '--sourceMap', 'false', '--outDir', folder]
    const problems = await runTool('typescript/bin/tsc', ['-p', 'packages/sekisho/tsconfig.json', ...emit])
    if (problems.length > 0) throw new Error(problems.join('\n'))
    return snapshots(entries, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function snapshots(entries: readonly Entry[], folder: string): Files {
  const declarationOf = ({ source }: Entry): string =>
    source.replace('packages/sekisho/src/', '').replace(/\.ts$/, '.d.ts')
  const program = programOf(entries.map(declarationOf), folder)
  const exported = new Set(entries.flatMap((entry) => exportsOf(program, join(folder, declarationOf(entry)))))
  return new Map(
    entries.map((entry) => {
      const own = exportsOf(program, join(folder, declarationOf(entry)))
      const hidden = [...reachable(program, own, folder)].filter((symbol) => !exported.has(symbol))
      return [`api/${entry.specifier.replaceAll('/', '.')}.d.ts`, snapshot(entry.specifier, own, hidden)]
    }),
  )
}

function snapshot(specifier: string, own: readonly ts.Symbol[], hidden: readonly ts.Symbol[]): string {
  const parts = [`// What \`${specifier}\` exports. Made by \`npm run generate\`.`, ...printed(own)]
  if (hidden.length > 0) parts.push('// Not exported, but part of the types above.', ...printed(hidden))
  return `${parts.join('\n\n')}\n`
}

function printed(symbols: readonly ts.Symbol[]): string[] {
  const printer = ts.createPrinter({ removeComments: true })
  const texts = symbols.flatMap((symbol) =>
    (symbol.declarations ?? []).map((node) =>
      printer.printNode(ts.EmitHint.Unspecified, statementOf(node), node.getSourceFile()),
    ),
  )
  return [...new Set(texts)].toSorted(byName)
}

/** A variable is declared by its statement, two levels above. */
function statementOf(node: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node
}

function byName(a: string, b: string): number {
  const [x, y] = [nameIn(a), nameIn(b)]
  return x < y ? -1 : Number(x > y)
}

function nameIn(declaration: string): string {
  return (
    /^(?:export |declare |abstract )*(?:interface|type|class|function|const) (\w+)/.exec(declaration)?.[1] ??
    declaration
  )
}
